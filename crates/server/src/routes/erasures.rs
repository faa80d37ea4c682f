//! `/erasures`: a person taken out of what is kept, and that it was done.

use axum::Json;
use axum::extract::State;
use signalbox_control::views::{EraseAsk, Erased, ErasureLine, ErasuresAsk, Listing};

use super::House;
use crate::extract::{Asked, HiddenBody, Who};
use crate::problem::Failure;

/// Who it is, is in no refusal and no log.
pub(super) async fn erase(
    State(house): State<House>,
    Who(actor): Who,
    HiddenBody(ask): HiddenBody<EraseAsk>,
) -> Result<Json<Erased>, Failure> {
    let erased = house.erasure.erase(&actor, &ask).await?;
    if erased.next.is_none() {
        let ErasureLine { id, texts, samples, sessions, quarantined, .. } = &erased.erasure;
        tracing::warn!(erasure = %id, by = %actor.name, texts, samples, sessions, quarantined, "a person was taken out");
    }
    Ok(Json(erased))
}

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<ErasuresAsk>,
) -> Result<Json<Listing<ErasureLine>>, Failure> {
    Ok(Json(house.erasure.list(&actor, &ask).await?))
}
