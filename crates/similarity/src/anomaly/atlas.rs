//! Remembers which points of a plane a stream has visited, in bounded memory, and how far a new one is from them.
//!
//! The plane is (value, recent level) or the like, both in the unit of the metric. When the atlas is full, points that
//! lie close together are merged; points not visited for a long time are dropped, so that what was usual long ago can
//! surprise again. Called by `detector` only.

use serde::{Deserialize, Serialize};

/// Visits after which the atlas forgets stale points and looks more closely again.
const RENEWAL: u64 = 4096;
/// Visits for which an unvisited point is kept.
const MEMORY: u64 = 32_768;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Atlas {
    visits: u64,
    /// Points closer than this to a known one are not kept.
    #[serde(with = "super::exact")]
    grain: f64,
    points: Vec<Visited>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Visited {
    #[serde(with = "super::exact")]
    x: f64,
    #[serde(with = "super::exact")]
    y: f64,
    last_visit: u64,
}

impl Atlas {
    pub(super) fn new() -> Self {
        Self { visits: 0, grain: 0.0, points: Vec::new() }
    }

    pub(super) fn is_sound(&self, capacity: usize) -> bool {
        self.points.len() <= capacity
            && self.points.iter().all(|point| point.x.is_finite() && point.y.is_finite())
    }

    /// Learns a point; answers its distance to the nearest point known before, 0 for the first one.
    pub(super) fn visit(&mut self, x: f64, y: f64, capacity: usize) -> f64 {
        self.visits += 1;
        if self.visits.is_multiple_of(RENEWAL) {
            self.renew();
        }
        let here = Visited { x, y, last_visit: self.visits };
        let nearest = self.nearest(&here);
        if let Some((place, distance)) = nearest.filter(|(_, distance)| *distance <= self.grain) {
            self.points[place].last_visit = self.visits;
            return distance;
        }
        if self.points.len() >= capacity.max(8) {
            self.thin(capacity.max(8));
        }
        self.points.push(here);
        nearest.map_or(0.0, |(_, distance)| distance)
    }

    fn nearest(&self, here: &Visited) -> Option<(usize, f64)> {
        let mut best = (usize::MAX, f64::INFINITY);
        for (place, point) in self.points.iter().enumerate() {
            let distance = squared_distance(point, here);
            if distance < best.1 {
                best = (place, distance);
            }
        }
        (best.0 != usize::MAX).then(|| (best.0, best.1.sqrt()))
    }

    fn renew(&mut self) {
        let visits = self.visits;
        self.points.retain(|point| point.last_visit + MEMORY >= visits);
        self.grain /= 2.0;
    }

    /// Frees at least an eighth of the places, so that the squared cost is spread over many visits.
    fn thin(&mut self, capacity: usize) {
        self.grain = self.grain.max(self.median_gap());
        loop {
            let mut kept: Vec<Visited> = Vec::with_capacity(capacity);
            for point in &self.points {
                let near = kept.iter_mut().find(|known| squared_distance(known, point).sqrt() <= self.grain);
                match near {
                    Some(known) => known.last_visit = known.last_visit.max(point.last_visit),
                    None => kept.push(*point),
                }
            }
            if kept.len() <= capacity - capacity / 8 {
                self.points = kept;
                return;
            }
            self.grain = if self.grain > 0.0 { self.grain * 1.3 } else { f64::MIN_POSITIVE };
        }
    }

    /// The median distance of a point to its nearest neighbour.
    fn median_gap(&self) -> f64 {
        let gap = |mine: usize| {
            let others = self.points.iter().enumerate().filter(|(other, _)| *other != mine);
            others.map(|(_, point)| squared_distance(point, &self.points[mine])).fold(f64::INFINITY, f64::min)
        };
        let mut gaps: Vec<f64> = (0..self.points.len()).map(gap).collect();
        gaps.sort_by(f64::total_cmp);
        gaps[gaps.len() / 2].sqrt()
    }
}

fn squared_distance(a: &Visited, b: &Visited) -> f64 {
    let (x, y) = (a.x - b.x, a.y - b.y);
    x * x + y * y
}
