use signalbox_domain::access::Role;
use signalbox_domain::record::RecordOrigin;
use signalbox_runtime::Randomness;
use signalbox_store::ingest::{FoldBatch, FoldPart, Letter, Quarantined};

use super::*;
use crate::fixture::{Fixture, actor};

#[tokio::test]
async fn who_keeps_the_house_running_looks_into_a_record_and_drops_it() {
    let fixture = Fixture::new().await;
    let keys = SealingKeys::from_text("test", &"a".repeat(64), Randomness::seeded(3)).unwrap();
    let (quarantine, id) =
        (Quarantine::new(fixture.store.clone(), Arc::new(keys)), fixture.ids.next::<QuarantineId>());
    let uuid = id.uuid();
    let place = SealContext { purpose: SealPurpose::Quarantine, row: uuid.as_bytes() };
    let long = [b"{\xff".to_vec(), vec![b'x'; SHOWN]].concat();
    let row = Quarantined {
        id,
        source: "posthog".parse().unwrap(),
        origin: RecordOrigin::Request { id: None },
        code: "no-json".to_owned(),
        words: "expected JSON".to_owned(),
        sealed: quarantine.keys.seal(place, &long).unwrap(),
        size: 9,
        letter: Letter::None,
    };
    let part = FoldPart { quarantined: vec![row], ..FoldPart::default() };
    fixture.store.signals_fold(&FoldBatch { parts: vec![part] }, fixture.clock.now()).await.unwrap();

    let (grace, ada) = (actor(Role::Operator), actor(Role::Engineer));
    assert_eq!(quarantine.show(&ada, id).await.unwrap_err().code(), "denied");
    assert_eq!(quarantine.drop_row(&ada, id).await.unwrap_err().code(), "denied");
    let shown = quarantine.show(&grace, id).await.unwrap();
    assert!(shown.text.starts_with("{\u{fffd}xxx") && shown.is_cut, "{} bytes", shown.text.len());
    assert_eq!((shown.record.id, shown.record.code.as_str()), (id, "no-json"));
    quarantine.drop_row(&grace, id).await.unwrap();
    assert_eq!(quarantine.show(&grace, id).await.unwrap_err().code(), "not_found");
    assert_eq!(quarantine.drop_row(&grace, id).await.unwrap_err().code(), "not_found");
}
