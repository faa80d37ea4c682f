//! A hash that is the same on every machine and in every version: features are stored by it.
//! Not for secrets. FNV-1a, 64 bits, with a final mix so that all bits depend on all bytes.

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

pub(crate) fn of_text(text: &str) -> u64 {
    of_parts(&[text])
}

/// Parts are kept apart: `ab` + `c` differs from `a` + `bc`.
pub(crate) fn of_parts(parts: &[&str]) -> u64 {
    let mut state = OFFSET;
    for part in parts {
        for byte in part.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(PRIME);
        }
        state = (state ^ 0xff).wrapping_mul(PRIME);
    }
    mixed(state)
}

pub(crate) fn of_numbers(numbers: &[u64]) -> u64 {
    let mut state = OFFSET;
    for number in numbers {
        for byte in number.to_le_bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(PRIME);
        }
    }
    mixed(state)
}

fn mixed(mut state: u64) -> u64 {
    state ^= state >> 33;
    state = state.wrapping_mul(0xff51_afd7_ed55_8ccd);
    state ^= state >> 33;
    state = state.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ (state >> 33)
}
