//! `/automations`: schedules, when they fire next, and what became of their last firings.

use axum::Json;
use axum::extract::State;
use signalbox_control::views::{AutomationLine, Listing};

use super::House;
use crate::extract::Who;
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
) -> Result<Json<Listing<AutomationLine>>, Failure> {
    let now = house.clock.now();
    Ok(Json(house.reads.automations(&actor, |name| house.schedules.next_after(name, now)).await?))
}
