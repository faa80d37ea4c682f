//! How many distinct users, without knowing who: a HyperLogLog of 4,096 registers (a standard error of 1.6 %).
//!
//! Merging two sketches is the same as having seen the users of both, in any order and however often; so what several
//! processes fold agrees. While few users were seen only their registers are kept. Of a user nothing stays but 18 bits
//! of a hash.

use std::collections::BTreeMap;

/// Bits of a hash that choose a register.
const INDEX_BITS: u32 = 12;
const REGISTERS: usize = 1 << INDEX_BITS;
/// The highest rank that the other bits of a hash can have.
const HIGHEST: usize = 64 - 12 + 1;
/// With more entries than this the whole list of registers is no longer.
const MOST_SPARSE: usize = REGISTERS / 3;

const SPARSE: u8 = 1;
const DENSE: u8 = 2;

/// Registers by their index; one that is not there is zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch(BTreeMap<u16, u8>);

/// Why bytes are no sketch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a sketch of distinct users, got {length} bytes that are none")]
pub struct SketchError {
    pub length: usize,
}

impl Sketch {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts whoever has this hash; of a good hash all 64 bits are as good as random.
    pub fn add(&mut self, hash: u64) {
        // The highest bits choose, so both conversions lose nothing.
        let index = u16::try_from(hash >> (64 - INDEX_BITS)).unwrap_or(0);
        // A guard bit bounds the rank where all others are zero.
        let rest = (hash << INDEX_BITS) | (1 << (INDEX_BITS - 1));
        let rank = u8::try_from(rest.leading_zeros() + 1).unwrap_or(u8::MAX);
        self.raise(index, rank);
    }

    pub fn merge(&mut self, other: &Self) {
        for (index, rank) in &other.0 {
            self.raise(*index, *rank);
        }
    }

    fn raise(&mut self, index: u16, rank: u8) {
        let register = self.0.entry(index).or_default();
        *register = rank.max(*register);
    }

    /// How many were counted: Ertl's estimator, which needs no tables and has no bend between few and many.
    pub fn estimate(&self) -> u64 {
        let mut counts = [0_u32; HIGHEST + 1];
        for rank in self.0.values() {
            counts[usize::from(*rank).min(HIGHEST)] += 1;
        }
        counts[0] = u32::try_from(REGISTERS - self.0.len()).unwrap_or(0);
        let of = |rank: usize| f64::from(counts[rank]);
        let all = f64::from(1_u32 << INDEX_BITS);
        let mut z = all * tau(1.0 - of(HIGHEST) / all);
        for rank in (1..HIGHEST).rev() {
            z = 0.5 * (z + of(rank));
        }
        z += all * sigma(of(0) / all);
        rounded(all * all / (2.0 * std::f64::consts::LN_2 * z))
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        if self.0.len() > MOST_SPARSE {
            let register = |index: u16| self.0.get(&index).copied().unwrap_or(0);
            let all = (0..=u16::MAX).take(REGISTERS).map(register);
            return std::iter::once(DENSE).chain(all).collect();
        }
        let entry = |(index, rank): (&u16, &u8)| {
            let [high, low] = index.to_be_bytes();
            [high, low, *rank]
        };
        std::iter::once(SPARSE).chain(self.0.iter().flat_map(entry)).collect()
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SketchError> {
        let wrong = SketchError { length: bytes.len() };
        let mut this = Self::default();
        let fits = |rank: u8| (1..=HIGHEST).contains(&usize::from(rank));
        match bytes.split_first() {
            Some((&DENSE, registers)) if registers.len() == REGISTERS => {
                for (index, rank) in (0..=u16::MAX).zip(registers).filter(|(_, rank)| **rank > 0) {
                    this.raise(index, *rank);
                }
            }
            Some((&SPARSE, entries)) if entries.len() % 3 == 0 && entries.len() / 3 <= MOST_SPARSE => {
                for entry in entries.chunks_exact(3) {
                    let index = u16::from_be_bytes([entry[0], entry[1]]);
                    if usize::from(index) >= REGISTERS {
                        return Err(wrong);
                    }
                    this.raise(index, entry[2]);
                }
            }
            _ => return Err(wrong),
        }
        if this.0.values().all(|rank| fits(*rank)) { Ok(this) } else { Err(wrong) }
    }
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive number far below 2^53"
)]
fn rounded(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64: every number another hash.
    fn hash(number: u64) -> u64 {
        let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn of(numbers: impl Iterator<Item = u64>) -> Sketch {
        let mut sketch = Sketch::default();
        numbers.for_each(|number| sketch.add(hash(number)));
        sketch
    }

    #[test]
    fn few_are_counted_exactly_and_many_well_enough() {
        for many in 0..=30_u64 {
            assert_eq!(of(0..many).estimate(), many);
        }
        for many in [100, 1_000, 5_000, 10_000, 12_000, 20_000, 100_000, 1_000_000_u64] {
            let off = of(0..many).estimate().abs_diff(many);
            assert!(off * 100 <= many * 5, "{many} is off by {off}");
        }
    }

    #[test]
    fn any_split_and_order_is_the_same_sketch() {
        let whole = of(0..3_000);
        for parts in [2, 7, 300] {
            let mut merged = Sketch::default();
            for part in (0..parts).rev() {
                merged.merge(&of((0..3_000).filter(|number| number % parts == part)));
                merged.merge(&of(0..10));
            }
            assert_eq!(merged, whole, "{parts}");
        }
    }

    #[test]
    fn bytes_come_back_and_grow_no_further() {
        for many in [0, 1, 500, 1_300, 1_400, 4_000, 100_000] {
            let (sketch, bytes) = (of(0..many), of(0..many).to_bytes());
            assert!(bytes.len() <= 1 + REGISTERS, "{many}: {}", bytes.len());
            assert_eq!(Sketch::from_bytes(&bytes), Ok(sketch), "{many}");
        }
        assert_eq!(of(0..1).to_bytes().len(), 4, "few take few bytes");
    }

    #[test]
    fn what_is_no_sketch_is_refused() {
        for wrong in [
            &[][..],
            &[0],
            &[SPARSE, 0],
            &[SPARSE, 255, 0, 1],
            &[SPARSE, 0, 0, 0],
            &[SPARSE, 0, 0, 60],
            &[DENSE, 1],
        ] {
            assert_eq!(Sketch::from_bytes(wrong), Err(SketchError { length: wrong.len() }), "{wrong:?}");
        }
    }

    #[test]
    fn a_hash_without_a_bit_has_the_highest_rank() {
        let mut sketch = Sketch::default();
        sketch.add(0);
        assert_eq!(sketch.0[&0], 53);
        sketch.add(u64::MAX);
        assert_eq!(sketch.0[&4095], 1);
    }
}
