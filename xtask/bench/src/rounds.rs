//! Runs the sides of a case in turns: every side once a round, and the order turned around each round, so that what
//! drifts (caches, clock speed, a neighbour's load) falls on all alike. Called by `command`.
//!
//! It must never drop a round: an error ends the bench.

use anyhow::{Context, ensure};

use crate::frame::{Case, Sample, Side};

/// Fewer rounds than this say nothing about the spread.
pub const FEWEST: u32 = 5;

/// The samples of one side, one a round.
#[derive(Debug, Clone)]
pub struct Series {
    pub side: String,
    pub samples: Vec<Sample>,
}

/// All the samples of a case.
#[derive(Debug, Clone)]
pub struct Played {
    pub case: String,
    pub things: String,
    pub ours: Series,
    pub peers: Vec<Series>,
}

/// Plays all rounds; `progress` hears of each turn before it begins.
pub fn play(case: &mut Case<'_>, rounds: u32, mut progress: impl FnMut(&str)) -> anyhow::Result<Played> {
    ensure!(rounds > 0, "no rounds to play");
    let mut sides: Vec<&mut Side<'_>> = std::iter::once(&mut case.ours).chain(&mut case.peers).collect();
    let mut series: Vec<Series> =
        sides.iter().map(|side| Series { side: side.name.clone(), samples: Vec::new() }).collect();
    for round in 0..rounds {
        for index in order(sides.len(), round) {
            let side = &mut sides[index];
            let turn = format!("{}: round {} of {rounds}, {}", case.name, round + 1, side.name);
            progress(&turn);
            series[index].samples.push(side.take_turn().context(turn)?);
        }
    }
    let mut series = series.into_iter();
    let ours = series.next().context("a case has our side")?;
    let played =
        Played { case: case.name.clone(), things: case.things.clone(), ours, peers: series.collect() };
    ensure_alike(&played)?;
    Ok(played)
}

/// Forwards in even rounds, backwards in odd ones.
fn order(sides: usize, round: u32) -> Vec<usize> {
    let forwards = 0..sides;
    if round.is_multiple_of(2) { forwards.collect() } else { forwards.rev().collect() }
}

/// A side measures the same things in every round, and ours measures whatever a peer does.
fn ensure_alike(played: &Played) -> anyhow::Result<()> {
    for series in std::iter::once(&played.ours).chain(&played.peers) {
        let mut kinds =
            series.samples.iter().map(|sample| sample.values().keys().copied().collect::<Vec<_>>());
        let first = kinds.next().unwrap_or_default();
        ensure!(!first.is_empty(), "{}: {} measured nothing", played.case, series.side);
        ensure!(
            kinds.all(|kind| kind == first),
            "{}: {} measured other things in another round",
            played.case,
            series.side
        );
    }
    for peer in &played.peers {
        let ours = played.ours.samples.first().map(Sample::values).context("no round was played")?;
        let theirs = peer.samples.first().map(Sample::values).context("no round was played")?;
        let alone: Vec<_> =
            theirs.keys().filter(|metric| !ours.contains_key(metric)).map(|metric| metric.name()).collect();
        ensure!(alone.is_empty(), "{}: only {} measured {}", played.case, peer.side, alone.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::frame::Metric;

    fn rate(value: f64) -> anyhow::Result<Sample> {
        Sample::default().with(Metric::Rate, value)
    }

    fn case<'a>(ours: Side<'a>, peers: Vec<Side<'a>>) -> Case<'a> {
        Case { name: "claim".to_owned(), things: "claims".to_owned(), ours, peers }
    }

    #[test]
    fn sides_alternate_and_the_order_turns_each_round() {
        let turns = RefCell::new(String::new());
        let side = |name: &'static str| {
            Side::new(name, {
                let turns = &turns;
                move || {
                    turns.borrow_mut().push_str(name);
                    rate(1.0)
                }
            })
        };
        let mut heard = Vec::new();
        let played =
            play(&mut case(side("a"), vec![side("b"), side("c")]), 4, |turn| heard.push(turn.to_owned()))
                .unwrap();
        assert_eq!(turns.borrow().as_str(), "abccbaabccba");
        assert_eq!(heard[3], "claim: round 2 of 4, c");
        assert_eq!((played.ours.samples.len(), played.peers[1].samples.len()), (4, 4));
    }

    #[test]
    fn every_sample_stays_with_its_side_and_round() {
        let mut count = 0.0;
        let ours = Side::new("ours", || {
            count += 1.0;
            rate(count)
        });
        let mut other = 100.0;
        let peer = Side::new("peer", || {
            other += 1.0;
            rate(other)
        });
        let played = play(&mut case(ours, vec![peer]), 3, |_| ()).unwrap();
        let values = |series: &Series| -> Vec<f64> {
            series.samples.iter().map(|sample| sample.values()[&Metric::Rate]).collect()
        };
        assert_eq!(values(&played.ours), [1.0, 2.0, 3.0]);
        assert_eq!(values(&played.peers[0]), [101.0, 102.0, 103.0]);
    }

    #[test]
    fn an_error_ends_the_bench_and_names_the_turn() {
        let mut turns = 0;
        let peer = Side::new("peer", || {
            turns += 1;
            if turns == 2 {
                anyhow::bail!("the broker left")
            }
            rate(1.0)
        });
        let error = play(&mut case(Side::new("ours", || rate(1.0)), vec![peer]), 5, |_| ()).unwrap_err();
        assert_eq!(format!("{error:#}"), "claim: round 2 of 5, peer: the broker left");
    }

    #[test]
    fn sides_that_measure_unlike_things_are_refused() {
        let check = |ours: Side<'_>, peer: Side<'_>, expect: &str| {
            let error = play(&mut case(ours, vec![peer]), 5, |_| ()).unwrap_err();
            assert_eq!(error.to_string(), expect);
        };
        let plain = |name: &str| Side::new(name, || rate(1.0));
        let both = || rate(1.0)?.with(Metric::LatencyP99, 3.0);
        check(plain("ours"), Side::new("peer", both), "claim: only peer measured latency_p99");
        check(plain("ours"), Side::new("peer", || Ok(Sample::default())), "claim: peer measured nothing");
        let mut turns = 0;
        let wavering = Side::new("ours", move || {
            turns += 1;
            if turns == 3 { both() } else { rate(1.0) }
        });
        check(wavering, plain("peer"), "claim: ours measured other things in another round");
    }
}
