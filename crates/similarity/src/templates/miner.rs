//! Online template mining.

use std::collections::HashMap;

use super::mask::mask;
use super::recognise::placeholder_length;
use super::words::words;

pub struct MinerConfig {
    pub min_same: f64,
    pub max_words: usize,
}
impl Default for MinerConfig {
    fn default() -> Self {
        let g = |n: &str, d: f64| std::env::var(n).ok().and_then(|v| v.parse().ok()).unwrap_or(d);
        Self { min_same: g("MS", 0.7), max_words: 200 }
    }
}

pub struct Mined {
    pub id: u64,
    pub template: String,
}

struct Cluster {
    words: Vec<String>,
}

pub struct TemplateMiner {
    config: MinerConfig,
    clusters: Vec<Cluster>,
    by_key: HashMap<(usize, String), Vec<usize>>,
}

fn is_placeholder(w: &str) -> bool {
    placeholder_length(w.as_bytes()) == Some(w.len())
}

fn variable(w: &str) -> bool {
    w == "<*>" || w.ends_with('>') && w.contains('<')
}

pub fn collapse(ws: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for w in ws {
        out.push(w);
        for n in 1..=4 {
            if out.len() >= 2 * n {
                let a = &out[out.len() - n..];
                let b = &out[out.len() - 2 * n..out.len() - n];
                if a == b && a.iter().any(|w| variable(w)) {
                    let l = out.len();
                    out.truncate(l - n);
                    break;
                }
            }
        }
    }
    out
}

impl TemplateMiner {
    pub fn new(config: MinerConfig) -> Self {
        Self { config, clusters: Vec::new(), by_key: HashMap::new() }
    }
    pub fn observe(&mut self, text: &str) -> Mined {
        let masked = mask(text);
        let ws: Vec<String> = words(&masked.text).take(self.config.max_words).map(|w| w.text.to_owned()).collect();
        let ws = collapse(ws);
        let key = (ws.len(), ws.first().cloned().unwrap_or_default());
        let cands = self.by_key.entry(key).or_default();
        let mut best: Option<(f64, usize)> = None;
        for &c in cands.iter() {
            let cl = &self.clusters[c];
            let (mut same, mut diff) = (0.0, 0.0);
            for (a, b) in cl.words.iter().zip(&ws) {
                if a == "<*>" {
                    diff += 0.3;
                } else if a == b {
                    same += if is_placeholder(a) { 0.5 } else { 1.0 };
                } else {
                    diff += 1.0;
                }
            }
            let s = if diff == 0.0 { 1.0 } else { same / (same + diff) };
            if s >= self.config.min_same && best.is_none_or(|(b, _)| s > b) {
                best = Some((s, c));
            }
        }
        let id = match best {
            Some((_, c)) => {
                for (a, b) in self.clusters[c].words.iter_mut().zip(&ws) {
                    if a != b {
                        *a = "<*>".into();
                    }
                }
                c
            }
            None => {
                cands.push(self.clusters.len());
                self.clusters.push(Cluster { words: ws });
                self.clusters.len() - 1
            }
        };
        Mined { id: id as u64, template: self.clusters[id].words.join(" ") }
    }
}
