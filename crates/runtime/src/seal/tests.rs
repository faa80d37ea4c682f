//! Tests of sealing, of the forms of a key, and of the key file in a real folder.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;
use crate::Randomness;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";
/// "hello" for [`SECRET`] under [`HEX`], sealed by libsodium's XChaCha20-Poly1305.
const KEPT_ENVELOPE: &str = "0172160d89bede2b8a6465666768696a6b6c6d6e6f707172737475767778797a7b\
                             141695dc90f628f201fa9ea08e1257daeab161b980";
const SECRET: SealContext<'_> = SealContext { purpose: SealPurpose::Secret, row: b"row 1" };

fn keys(text: &str) -> SealingKeys {
    SealingKeys::from_text("SIGNALBOX_KEY", text, Randomness::seeded(1)).unwrap()
}

fn refused(text: &str) -> KeyError {
    SealingKeys::from_text("SIGNALBOX_KEY", text, Randomness::seeded(1)).unwrap_err()
}

#[test]
fn what_is_sealed_opens_and_never_twice_the_same() {
    let keys = keys(HEX);
    for plain in [&b""[..], b"x", &[7; 100_000]] {
        let sealed = keys.seal(SECRET, plain).unwrap();
        assert_eq!(sealed.len(), plain.len() + HEADER + TAG);
        assert_eq!(keys.open(SECRET, &sealed).unwrap().as_slice(), plain);
        assert_ne!(keys.seal(SECRET, plain).unwrap(), sealed);
    }
    let sealed = keys.seal(SECRET, b"a well known secret").unwrap();
    assert!(!sealed.windows(6).any(|window| window == b"secret"));
}

/// Values sealed today have to open in every later version, and by another implementation.
#[test]
fn a_value_sealed_by_version_1_opens() {
    let envelope = hex::decode(KEPT_ENVELOPE).unwrap();
    assert_eq!(keys(HEX).open(SECRET, &envelope).unwrap().as_slice(), b"hello");
    let sealed = keys(HEX).seal(SECRET, b"hello").unwrap();
    assert_eq!((sealed.len(), &sealed[..9]), (envelope.len(), &envelope[..9]), "version and key id");
}

#[test]
fn it_opens_at_its_own_place_only_and_unchanged_only() {
    let keys = keys(HEX);
    let sealed = keys.seal(SECRET, b"hello").unwrap();
    let other_row = SealContext { row: b"row 2", ..SECRET };
    let other_purpose = SealContext { purpose: SealPurpose::Checkpoint, ..SECRET };
    for elsewhere in [other_row, other_purpose] {
        assert_eq!(keys.open(elsewhere, &sealed).unwrap_err(), SealError::Forged);
    }
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let error = keys.open(SECRET, &changed).unwrap_err();
        match at {
            0 => assert_eq!(error, SealError::Version { version: 0 }),
            1..=8 => assert!(matches!(error, SealError::UnknownKey { .. }), "{error}"),
            _ => assert_eq!(error, SealError::Forged),
        }
    }
    for length in 0..sealed.len() {
        assert!(keys.open(SECRET, &sealed[..length]).is_err());
    }
    assert_eq!(keys.open(SECRET, &[1]).unwrap_err(), SealError::TooShort { length: 1 });
}

#[test]
fn a_new_key_in_front_seals_and_the_old_still_opens() {
    let before = keys(HEX);
    let sealed = before.seal(SECRET, b"hello").unwrap();
    let rotated = keys(&format!("{OTHER},{HEX}"));
    assert_eq!(rotated.open(SECRET, &sealed).unwrap().as_slice(), b"hello");
    assert_eq!(rotated.age(&sealed), Ok(KeyAge::Older));
    let anew = rotated.seal(SECRET, b"hello").unwrap();
    assert_eq!(rotated.age(&anew), Ok(KeyAge::Newest));
    let key = rotated.ids()[0];
    assert_eq!(before.open(SECRET, &anew).unwrap_err(), SealError::UnknownKey { key });
}

#[test]
fn a_key_is_read_in_every_usual_form() {
    let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let id = keys(HEX).ids();
    for text in [base64, base64.trim_end_matches('='), &HEX.to_uppercase(), &format!("# note\n\n {HEX} \n")] {
        assert_eq!(keys(text).ids(), id, "{text}");
    }
    let url_safe = "_-7dzLuqmYh3ZlVEMyIRAP_u3cy7qpmId2ZVRDMiEQA";
    assert_eq!(keys(url_safe).ids(), keys(OTHER).ids());
}

#[test]
fn what_is_no_key_is_refused_without_telling_it() {
    let short = &HEX[..62];
    for text in ["hunter2", short, &format!("{HEX},{short}"), &format!("{HEX}00")] {
        let error = refused(text);
        assert!(matches!(error, KeyError::Form { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains(short) && !error.to_string().contains("hunter2"));
        assert!(error.to_string().starts_with("SIGNALBOX_KEY: expected a key of 32 bytes"), "{error}");
    }
    assert!(matches!(refused(" \n,# only a note"), KeyError::Empty { .. } | KeyError::Form { .. }));
    assert!(matches!(refused(""), KeyError::Empty { .. }));
    assert!(matches!(refused(&format!("{HEX}\n{HEX}")), KeyError::Twice { number: 2, .. }));
}

#[test]
fn debug_prints_no_key() {
    let shown = format!("{:?}", keys(HEX));
    assert!(shown.contains("KeyId("), "{shown}");
    assert!(!shown.contains("0001020304") && !shown.contains("0, 1, 2"), "{shown}");
}

fn made_in(path: &Path, seed: u64) -> Result<SealingKeys, KeyError> {
    SealingKeys::made_in(path, Randomness::seeded(seed))
}

#[test]
fn a_missing_file_is_made_once_and_for_this_user_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sealing.key");
    let made = made_in(&path, 1).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(made_in(&path, 2).unwrap().ids(), made.ids(), "the second start reads what the first made");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
}

#[test]
fn many_first_starts_at_once_agree_on_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sealing.key");
    let ids: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|seed| {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "several starts at once, which end with the test"
                )]
                scope.spawn({
                    let path = path.clone();
                    move || made_in(&path, seed).unwrap().ids()
                })
            })
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sealing.key");
    made_in(&path, 1).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o601] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let error = made_in(&path, 1).unwrap_err();
        assert!(matches!(error, KeyError::TooOpen { mode: found, .. } if found == mode), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
    made_in(&path, 1).unwrap();
}

#[test]
fn a_file_of_somebody_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sealing.key");
    made_in(&path, 1).unwrap();
    // Only root can give a file away; for anybody else a file of root's stands in.
    let foreign = if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
        path
    } else {
        Path::new("/etc/passwd").to_owned()
    };
    assert!(matches!(made_in(&foreign, 1).unwrap_err(), KeyError::Owner { .. }));
}

#[test]
fn what_is_no_key_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let is_folder = made_in(folder.path(), 1).unwrap_err();
    assert!(matches!(is_folder, KeyError::NotAFile { .. }), "{is_folder}");
    let nowhere = made_in(&folder.path().join("no/such/sealing.key"), 1).unwrap_err();
    assert!(matches!(nowhere, KeyError::File { doing: "create the key file", .. }), "{nowhere}");
    let path = folder.path().join("empty.key");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(made_in(&path, 1).unwrap_err(), KeyError::Empty { .. }));
}
