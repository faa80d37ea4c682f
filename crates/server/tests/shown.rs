//! What went wrong without anybody asking is shown: firings that opened no task, and records that could not be read.

use std::time::Duration;

use serde_json::Value;
use signalbox_control::views::{AutomationLine, Listing, QuarantineLine};
use signalbox_domain::access::{Role, Scope};
use signalbox_domain::automation::{Action, Automation, Firing, Trigger};
use signalbox_domain::record::RecordOrigin;
use signalbox_domain::states::FiringState;
use signalbox_domain::task::{Intent, Mode, Priority};

use crate::house::{Client, House};

const AUTOMATIONS: &str = "/api/v1/automations";
const QUARANTINE: &str = "/api/v1/quarantine";

fn automation(house: &House, name: &str, project: &str) -> Automation {
    let cron = Trigger::Cron { schedule: "0 * * * *".into(), zone: "Europe/Berlin".into() };
    let action = Action::OpenTask {
        project: project.parse().unwrap(),
        repository: "acme/shop".parse().unwrap(),
        title: "Tidy up".into(),
        brief: String::new(),
        intent: Intent::Change,
        mode: Mode::Cloud,
        priority: Priority::P2,
    };
    Automation { id: house.fixture.ids.next(), name: name.parse().unwrap(), triggers: vec![cron], action }
}

fn failed(house: &House, automation: &Automation, hour: u64) -> Firing {
    Firing {
        id: house.fixture.ids.next(),
        automation: automation.id,
        trigger: 0,
        due_at: house.fixture.clock.now().plus(Duration::from_hours(hour)),
        state: FiringState::Failed,
        delivery: None,
        task: None,
        reason: Some(format!("there is no repository, hour {hour}")),
    }
}

#[tokio::test]
async fn a_firing_that_opened_no_task_says_why_and_when_the_next_is() {
    let house = House::new().await;
    let tidy = automation(&house, "tidy", "web");
    let firings: Vec<Firing> = (0..12).map(|hour| failed(&house, &tidy, hour)).collect();
    house.fixture.automation(&tidy, &firings).await;
    house.fixture.automation(&automation(&house, "left-the-settings", "other"), &[]).await;

    let viewer = house.client(Role::Viewer).await;
    let listed: Listing<AutomationLine> = viewer.get(AUTOMATIONS).await.ok();
    let [left, line] = listed.items.as_slice() else { panic!("{listed:?}") };
    assert_eq!((left.name.as_str(), left.next, left.firings.len()), ("left-the-settings", None, 0));
    assert_eq!((line.schedule.as_deref(), line.zone.as_deref()), (Some("0 * * * *"), Some("Europe/Berlin")));
    assert_eq!(line.next, Some(house.fixture.clock.now().plus(Duration::from_hours(1))));
    let reasons: Vec<&str> = line.firings.iter().filter_map(|firing| firing.reason.as_deref()).collect();
    assert_eq!((reasons.len(), reasons[0]), (10, "there is no repository, hour 11"), "the newest first");
    assert_eq!((line.firings[0].state, line.firings[0].due_at), (FiringState::Failed, firings[11].due_at));

    let web = house.fixture.store.project_find(&"web".parse().unwrap()).await.unwrap().unwrap();
    let of_web = house.token(Role::Viewer, Scope::Project { project: web.id }, None).await;
    let of_web = Client { address: house.address, bearer: Some(of_web.secret.to_string()) };
    let listed: Listing<AutomationLine> = of_web.get(AUTOMATIONS).await.ok();
    assert_eq!(listed.items.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["tidy"]);
    assert_eq!(house.client(Role::Runner).await.get(AUTOMATIONS).await.problem(403).code, "denied");
}

#[tokio::test]
async fn what_could_not_be_read_is_listed_without_its_bytes() {
    let house = House::new().await;
    let bad = house.fixture.quarantined("no-json", "expected an object", 7).await;
    let gap = house.fixture.quarantined("gap", "3 records were gone before they were read", 8).await;
    let operator = house.client(Role::Operator).await;
    let first: Listing<QuarantineLine> = operator.get(&format!("{QUARANTINE}?limit=1")).await.ok();
    assert_eq!((first.items[0].id, first.items[0].code.as_str()), (gap, "gap"), "the newest first");
    let next = first.next.unwrap();
    let reply = operator.get(&format!("{QUARANTINE}?after={next}")).await;
    assert!(!reply.text().contains("sealed"), "{}", reply.text());
    let raw: Value = reply.json();
    assert_eq!(raw["items"][0]["origin"]["stream"]["topic"], "events");
    let rest: Listing<QuarantineLine> = reply.ok();
    let [line] = rest.items.as_slice() else { panic!("{rest:?}") };
    assert_eq!((line.id, line.words.as_str(), line.size), (bad, "expected an object", 12));
    let RecordOrigin::Kafka { stream, offset } = &line.origin else { panic!("{line:?}") };
    assert_eq!((stream.partition, *offset, rest.next), (3, 7, None));
    let engineer = house.client(Role::Engineer).await;
    assert_eq!(engineer.get(QUARANTINE).await.problem(403).code, "denied");
}
