//! `/cases`

use axum::Json;
use axum::extract::State;
use signalbox_control::views::{CaseLine, CaseView, CasesAsk, Listing};
use signalbox_domain::ids::CaseId;

use super::House;
use crate::extract::{Asked, Named, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<CasesAsk>,
) -> Result<Json<Listing<CaseLine>>, Failure> {
    Ok(Json(house.reads.cases(&actor, &ask).await?))
}

pub(super) async fn show(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
) -> Result<Json<CaseView>, Failure> {
    Ok(Json(house.reads.case(&actor, id).await?))
}
