//! Rows.
use std::collections::BTreeMap;
use serde::{Deserialize, Serialize};
use crate::templates::{MinerConfig, TemplateMiner};

#[derive(Deserialize)]
pub struct NormalizeRow { pub id: String, pub stream: String, pub text: String }
#[derive(Serialize)]
pub struct NormalizeAnswer { pub id: String, pub template_id: String, pub template: String }
#[derive(Default)]
pub struct NormalizeLab { streams: BTreeMap<String, TemplateMiner> }
impl NormalizeLab {
    pub fn answer(&mut self, row: &NormalizeRow) -> NormalizeAnswer {
        let m = self.streams.entry(row.stream.clone()).or_insert_with(|| TemplateMiner::new(MinerConfig::default()));
        let mined = m.observe(&row.text);
        NormalizeAnswer { id: row.id.clone(), template_id: format!("{:016x}", mined.id.0), template: mined.template.to_owned() }
    }
}
