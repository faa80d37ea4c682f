//! The border to the rest of the house: what `GET /api/v1/status` shows. Only whoever wires the parts knows them all.

/// Says how every part is, as JSON for people and programs: version, store, passes, sources. No secrets, no content.
pub trait HouseStatus: Send + Sync + 'static {
    fn status(&self) -> serde_json::Value;
}
