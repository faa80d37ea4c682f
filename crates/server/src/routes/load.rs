//! `/ingest/load`: records of files, in whatever format.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signalbox_control::Problem;
use signalbox_control::views::{LoadAsk, LoadRecord, LoadResult};

use super::House;
use crate::extract::{JsonBody, Who};
use crate::intake::LoadRequest;
use crate::problem::Failure;

/// Of the name of a file.
const LONGEST_NAME: usize = 200;
const MOST_RECORDS: usize = 10_000;

pub(super) async fn load(
    State(house): State<House>,
    Who(actor): Who,
    JsonBody(ask): JsonBody<LoadAsk>,
) -> Result<Json<LoadResult>, Failure> {
    let sender = house.reads.sender(&actor).await?;
    sender.may(&ask.project)?;
    Ok(Json(house.load.load(request(ask)?).await?))
}

fn request(ask: LoadAsk) -> Result<LoadRequest, Failure> {
    let LoadAsk { format, project, file, from, records } = ask;
    let wrong = |at: &str, expected: &str| {
        Failure::from(Problem::Invalid { at: at.to_owned(), expected: expected.to_owned() })
    };
    if file.as_ref().is_some_and(|name| name.trim().is_empty() || name.len() > LONGEST_NAME) {
        return Err(wrong("file", "a name of 1 to 200 bytes, or nothing"));
    }
    if records.len() > MOST_RECORDS {
        return Err(wrong("records", "at most 10000 records"));
    }
    if i64::try_from(from).is_err() {
        return Err(wrong("from", "the number of a record"));
    }
    let bytes = |(index, record): (usize, LoadRecord)| match record {
        LoadRecord::Text(text) => Ok(text.into_bytes()),
        LoadRecord::Bytes { base64 } => {
            STANDARD.decode(base64).map_err(|_| wrong(&format!("records[{index}].base64"), "base64"))
        }
    };
    let records = records.into_iter().enumerate().map(bytes).collect::<Result<_, _>>()?;
    Ok(LoadRequest { format, project, file, from, records })
}
