//! The streaming detector: one per metric stream, a score for each point as it comes.
//!
//! Three kinds of evidence, each a distance to what the stream has shown before, made comparable by its rarity:
//! a value never seen at such a level (spikes, drops, values between two modes), a value unusual for its hour
//! (seasonal baseline), and a short level further from the long one than ever (change point). The rarest one counts.
//! A point costs a bounded number of steps, whatever came before. Called by ingest and the planner.

use serde::{Deserialize, Serialize};

use super::atlas::Atlas;
use super::calm::Calm;
use super::season::Season;
use super::tail::Tail;

/// Names the state and the scores; state of another version is refused on loading.
pub const DETECTOR_VERSION: u16 = 1;

/// Points until scores are given.
const LEARNING: u64 = 150;
/// Late points in a row after which the clock is taken to have been set back.
const CLOCK_RESET: u32 = 32;
/// Rows over which the recent, the short and the long level are averaged.
const RECENT: f64 = 8.0;
const SHORT: f64 = 6.0;
const LONG: f64 = 72.0;
/// Rows over which the typical distance is averaged.
const SPREAD: f64 = 144.0;
/// How much the level counts beside the value in a distance: the same value at another level is another thing.
const LEVEL_WEIGHT: f64 = 1.5;
/// Evidence that is seldom alone counts less: its false alarms would come on top.
const SEASON_WEIGHT: f64 = 0.75;
const SHIFT_WEIGHT: f64 = 0.65;
/// Distances below this share of the range are rounding.
const ROUNDING: f64 = 1e-9;
/// What counts as one half of certainty: the nines of rarity at which a point is worth an alarm.
const HALF_SCORE_NINES: f64 = 2.3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectorConfig {
    /// Points remembered for each kind of evidence; memory is 48 bytes for each, and 4 KiB.
    pub capacity: usize,
}

impl Default for DetectorConfig {
    fn default() -> Self {
        Self { capacity: 384 }
    }
}

/// Which kind of evidence was strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The value was never seen at such a recent level.
    UnseenValue,
    /// The value is unusual for this hour of the day.
    OutOfSeason,
    /// The level moved further and faster than it used to.
    LevelShift,
}

/// Why a point has no score of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unscored {
    /// Too few points so far; the point was learned.
    Learning,
    /// Not a number or infinite; the point was left out.
    NotFinite,
    /// The same time as the point before; left out.
    Repeated,
    /// Earlier than the point before; left out.
    Late,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    Scored {
        /// 0 is usual, 0.5 is worth an alarm, 1 is never reached.
        score: f64,
        evidence: Evidence,
        /// What was expected: the usual value of the hour for `OutOfSeason`, else a level.
        expected: f64,
        /// The typical distance of a value from the recent level.
        spread: f64,
    },
    Unscored(Unscored),
}

impl Verdict {
    #[must_use]
    pub fn score(&self) -> f64 {
        match self {
            Self::Scored { score, .. } => *score,
            Self::Unscored(_) => 0.0,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DetectorError {
    #[error("the detector state is not readable")]
    Unreadable(#[source] serde_json::Error),
    #[error("the detector state has version {found}, this program reads {DETECTOR_VERSION}")]
    OtherVersion { found: u16 },
    #[error("the detector state is damaged")]
    Damaged,
}

/// The whole state of one stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detector {
    version: u16,
    config: DetectorConfig,
    points: u64,
    last_at: Option<i64>,
    late_in_a_row: u32,
    range: Range,
    recent: Level,
    short: Level,
    long: Level,
    #[serde(with = "super::exact")]
    spread: f64,
    season: Season,
    unseen: Surprise,
    out_of_season: Surprise,
    shift: Tail,
    calm: Calm,
}

impl Detector {
    #[must_use]
    pub fn new(config: DetectorConfig) -> Self {
        Self {
            version: DETECTOR_VERSION,
            config,
            points: 0,
            last_at: None,
            late_in_a_row: 0,
            range: Range { low: 0.0, high: 0.0 },
            recent: Level::new(RECENT),
            short: Level::new(SHORT),
            long: Level::new(LONG),
            spread: 0.0,
            season: Season::new(),
            unseen: Surprise::new(),
            out_of_season: Surprise::new(),
            shift: Tail::new(),
            calm: Calm::new(),
        }
    }

    /// Reads kept state. State of another version, or damaged, is an error: start anew.
    pub fn load(json: &str) -> Result<Self, DetectorError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u16,
        }
        let found = serde_json::from_str::<Versioned>(json).map_err(DetectorError::Unreadable)?.version;
        if found != DETECTOR_VERSION {
            return Err(DetectorError::OtherVersion { found });
        }
        let state: Self = serde_json::from_str(json).map_err(DetectorError::Unreadable)?;
        if state.is_sound() { Ok(state) } else { Err(DetectorError::Damaged) }
    }

    pub fn save(&self) -> Result<String, DetectorError> {
        serde_json::to_string(self).map_err(DetectorError::Unreadable)
    }

    /// Scores one point against the points before it, then learns it.
    pub fn observe(&mut self, at_seconds: i64, value: f64) -> Verdict {
        if let Some(reason) = self.refuse(at_seconds, value) {
            return Verdict::Unscored(reason);
        }
        if self.points == 0 {
            self.range = Range { low: value, high: value };
            self.learn_levels(value);
        }
        let verdict = self.judge(at_seconds, value);
        self.points += 1;
        self.last_at = Some(at_seconds);
        let residual = (value - self.recent.mean).abs();
        // Winsorised: one wild value moves the typical distance by no more than three of them would.
        let bounded = if self.spread > 0.0 { residual.min(3.0 * self.spread) } else { residual };
        self.spread += (bounded - self.spread) / SPREAD;
        self.range = Range { low: self.range.low.min(value), high: self.range.high.max(value) };
        self.season.learn(at_seconds, value);
        self.learn_levels(value);
        verdict
    }

    fn refuse(&mut self, at_seconds: i64, value: f64) -> Option<Unscored> {
        // Sums and squares of anything larger would not be finite.
        if !value.is_finite() || value.abs() > 1e150 {
            return Some(Unscored::NotFinite);
        }
        let last = self.last_at?;
        if at_seconds > last {
            self.late_in_a_row = 0;
            return None;
        }
        if at_seconds == last {
            return Some(Unscored::Repeated);
        }
        self.late_in_a_row += 1;
        if self.late_in_a_row < CLOCK_RESET {
            return Some(Unscored::Late);
        }
        self.late_in_a_row = 0;
        None
    }

    fn judge(&mut self, at_seconds: i64, value: f64) -> Verdict {
        let capacity = self.config.capacity;
        let floor = (self.range.high.max(value) - self.range.low.min(value)) * ROUNDING;
        let unseen = self.unseen.of(value, LEVEL_WEIGHT * self.recent.mean, floor, capacity);
        let shift = rarity_above(&mut self.shift, (self.short.mean - self.long.mean).abs(), floor);
        let usual = self.season.usual(at_seconds);
        let out_of_season = usual.map_or(0.0, |usual| {
            self.out_of_season.of(value - usual, LEVEL_WEIGHT * (self.short.mean - usual), floor, capacity)
        });
        let candidates = [
            (unseen, Evidence::UnseenValue, self.recent.mean),
            (SEASON_WEIGHT * out_of_season, Evidence::OutOfSeason, usual.unwrap_or(self.recent.mean)),
            (SHIFT_WEIGHT * shift, Evidence::LevelShift, self.long.mean),
        ];
        if self.points < LEARNING {
            return Verdict::Unscored(Unscored::Learning);
        }
        let (mut surprise, mut evidence, mut expected) = candidates[0];
        for (other, kind, level) in &candidates[1..] {
            if *other > surprise {
                (surprise, evidence, expected) = (*other, *kind, *level);
            }
        }
        let told = self.calm.filter(surprise, HALF_SCORE_NINES);
        Verdict::Scored { score: told / (told + HALF_SCORE_NINES), evidence, expected, spread: self.spread }
    }

    fn learn_levels(&mut self, value: f64) {
        self.recent.learn(value);
        self.short.learn(value);
        self.long.learn(value);
    }

    fn is_sound(&self) -> bool {
        let capacity = self.config.capacity.max(8);
        let evidence = [&self.unseen, &self.out_of_season];
        let levels = [&self.recent, &self.short, &self.long];
        evidence.iter().all(|one| one.tail.is_sound() && one.atlas.is_sound(capacity))
            && levels.iter().all(|level| level.mean.is_finite() && level.rows >= 1.0)
            && self.shift.is_sound()
            && self.season.is_sound()
            && self.calm.is_sound()
            && self.spread.is_finite()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Range {
    #[serde(with = "super::exact")]
    low: f64,
    #[serde(with = "super::exact")]
    high: f64,
}

/// An exponential mean that starts as a plain one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Level {
    #[serde(with = "super::exact")]
    mean: f64,
    points: f64,
    rows: f64,
}

impl Level {
    fn new(rows: f64) -> Self {
        Self { mean: 0.0, points: 0.0, rows }
    }

    fn learn(&mut self, value: f64) {
        self.points = (self.points + 1.0).min(self.rows);
        self.mean += (value - self.mean) / self.points;
    }
}

/// Distance to the known, and its rarity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Surprise {
    atlas: Atlas,
    tail: Tail,
}

impl Surprise {
    fn new() -> Self {
        Self { atlas: Atlas::new(), tail: Tail::new() }
    }

    fn of(&mut self, x: f64, y: f64, floor: f64, capacity: usize) -> f64 {
        let distance = self.atlas.visit(x, y, capacity);
        rarity_above(&mut self.tail, distance, floor)
    }
}

/// The rarity of a distance against the earlier ones; then it is learned. Distances up to `floor` are rounding.
fn rarity_above(tail: &mut Tail, distance: f64, floor: f64) -> f64 {
    let distance = if distance <= floor { 0.0 } else { distance };
    let rarity = tail.rarity(distance);
    tail.learn(distance);
    rarity
}
