//! How often nothing came for as long anyway: the share of the baseline's windows without a record. Pure.

use std::ops::Range;

use super::{Heard, lossy};

/// A baseline shows no window that is longer than a third of it. A longer window is quiet still more seldom, so the share
/// of the longest that there is says too much, never too little.
const LONGEST: f64 = 1.0 / 3.0;

/// The share of the windows that hold this much exposure, one beginning with each hour, in which nothing came. All, where
/// there is no window.
pub(super) fn quiet_share(heard: &Heard, hours: Range<i64>, exposure: f64) -> f64 {
    let exposures: Vec<f64> = hours.clone().map(|hour| heard.exposure(hour)).collect();
    let is_quiet: Vec<bool> = hours.map(|hour| heard.count(hour) <= 0.0).collect();
    let wanted = exposure.min(exposures.iter().sum::<f64>() * LONGEST);
    if wanted <= 0.0 {
        return 1.0;
    }
    let (mut end, mut held, mut loud) = (0, 0.0, 0_usize);
    let (mut windows, mut quiet) = (0_i64, 0_i64);
    for begin in 0..exposures.len() {
        // A hair less, so that sums in another order do not cut a window off.
        while held < wanted * (1.0 - 1e-9) && end < exposures.len() {
            held += exposures[end];
            loud += usize::from(!is_quiet[end]);
            end += 1;
        }
        if held < wanted * (1.0 - 1e-9) {
            break;
        }
        windows += 1;
        quiet += i64::from(loud == 0);
        held -= exposures[begin];
        loud -= usize::from(!is_quiet[begin]);
    }
    if windows == 0 { 1.0 } else { lossy(quiet) / lossy(windows) }
}
