//! What stands for a person where nobody is to be kept: a hash of whatever name a sender has for them. Who counts people and
//! who takes one out of what is kept have to agree on it.

use sha2::{Digest as _, Sha256};

/// 64 bits of a hash: good as random, and nothing that leads back.
#[must_use]
pub fn pseudonym(name: &str) -> u64 {
    let digest: [u8; 32] = Sha256::new().chain_update("user\0").chain_update(name).finalize().into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept was made of these bits: they never change.
    #[test]
    fn a_name_has_one_pseudonym_for_good() {
        let digest = Sha256::digest("user\0ada");
        assert_eq!(pseudonym("ada").to_be_bytes(), digest[..8]);
        assert_ne!(pseudonym("ada"), pseudonym("Ada"));
    }
}
