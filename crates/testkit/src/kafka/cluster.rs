//! A cluster: started until it answers, its brokers killed and restarted.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::admin::Admin;
use super::broker::Broker;
use super::ports::free_ports;
use super::settings::Address;
use super::{Install, KafkaError};
use crate::process::Nest;
use crate::wait::wait_for;

/// Two seconds on an idle machine with one broker; three brokers on two busy cores take ten times as long.
const PATIENCE_TO_START: Duration = Duration::from_secs(120);
/// A port is lost to another program at most a few times in a row, or something else is wrong.
const TRIES: usize = 5;

/// How many brokers a cluster has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brokers {
    One,
    /// Each with a copy of everything; writing goes on when one is lost, not when two are.
    Three,
}

/// A cluster of this test process alone.
#[derive(Debug)]
pub struct Cluster {
    // Ended before the nest goes.
    brokers: Vec<Broker>,
    id: String,
    next_topic: AtomicU32,
    nest: Nest,
}

impl Brokers {
    fn nodes(self) -> std::ops::RangeInclusive<i32> {
        match self {
            Self::One => 1..=1,
            Self::Three => 1..=3,
        }
    }
}

impl Cluster {
    /// Makes a new, empty cluster and waits until every broker answers.
    ///
    /// # Errors
    /// When Kafka is not on this machine or does not start; the error carries the end of the log.
    pub fn start(brokers: Brokers) -> Result<Self, KafkaError> {
        let install = Install::find()?;
        let nest = Nest::new()?;
        let id = cluster_id(nest.name());
        let mut cluster = Self { brokers: Vec::new(), id, next_topic: AtomicU32::new(1), nest };
        let mut tried = 0;
        loop {
            match cluster.try_start(&install, tried, brokers) {
                Err(error) if error.is_port_taken() && tried + 1 < TRIES => tried += 1,
                Err(error) => return Err(error),
                Ok(()) => return Ok(cluster),
            }
        }
    }

    /// The cluster of one broker that all tests of this process share, each with topics of its own. It cannot
    /// be killed through this; it ends with the process.
    ///
    /// # Errors
    /// When it could not be started; every caller gets the same error.
    pub fn shared() -> Result<&'static Self, &'static KafkaError> {
        static SHARED: OnceLock<Result<Cluster, KafkaError>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Brokers::One)).as_ref()
    }

    /// Where clients begin: the addresses of all brokers, running or not.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        let addresses = self.brokers.iter().map(|broker| address_for_clients(broker.address));
        addresses.collect::<Vec<_>>().join(",")
    }

    /// The cluster's id, as its metadata gives it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The folder of this cluster; it is gone when the cluster is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.nest.folder()
    }

    /// Makes a topic and waits until every partition has its leader and all its copies.
    ///
    /// # Errors
    /// When Kafka refuses or the partitions do not settle.
    pub fn create_topic(&self, name: &str, partitions: i32, replication: i32) -> Result<(), KafkaError> {
        self.create_topic_with(name, partitions, replication, &[])
    }

    /// [`Cluster::create_topic`] with settings of the topic's own, by Kafka's names for them.
    ///
    /// # Errors
    /// When Kafka refuses or the partitions do not settle.
    pub fn create_topic_with(
        &self,
        name: &str,
        partitions: i32,
        replication: i32,
        settings: &[(&str, &str)],
    ) -> Result<(), KafkaError> {
        Admin::new(&self.bootstrap())?.create_topic(name, partitions, replication, settings)
    }

    /// Makes a topic that no other test uses, with a copy on every broker, and returns its name.
    ///
    /// # Errors
    /// When Kafka refuses or the partitions do not settle.
    pub fn fresh_topic(&self, partitions: i32) -> Result<String, KafkaError> {
        let name = format!("topic-{}", self.next_topic.fetch_add(1, Ordering::Relaxed));
        let replication = i32::try_from(self.brokers.len()).unwrap_or(i32::MAX);
        self.create_topic(&name, partitions, replication)?;
        Ok(name)
    }

    /// Deletes a topic and waits until it is gone.
    ///
    /// # Errors
    /// When Kafka refuses or the topic stays.
    pub fn delete_topic(&self, name: &str) -> Result<(), KafkaError> {
        Admin::new(&self.bootstrap())?.delete_topic(name)
    }

    /// The broker that leads a partition now.
    ///
    /// # Errors
    /// When none does within the time that an election takes.
    pub fn leader(&self, topic: &str, partition: i32) -> Result<i32, KafkaError> {
        Admin::new(&self.bootstrap())?.leader(topic, partition)
    }

    /// Waits until every partition of a topic has its leader and all its copies in step.
    ///
    /// # Errors
    /// When that does not come.
    pub fn settle(&self, topic: &str) -> Result<(), KafkaError> {
        Admin::new(&self.bootstrap())?.settle(topic)
    }

    /// Kills a broker with SIGKILL.
    ///
    /// # Errors
    /// When there is no such broker or it does not end.
    pub fn kill_broker(&mut self, node: i32) -> Result<(), KafkaError> {
        Ok(self.broker_mut(node)?.kill()?)
    }

    /// Stops a broker in good order: it hands its partitions over first.
    ///
    /// # Errors
    /// When there is no such broker or it does not end in time.
    pub fn stop_broker(&mut self, node: i32) -> Result<(), KafkaError> {
        Ok(self.broker_mut(node)?.stop()?)
    }

    /// Starts a killed or stopped broker on its old data and ports, and waits until it serves and, when all
    /// brokers run, until every partition has a leader.
    ///
    /// # Errors
    /// When there is no such broker, it runs already or does not start.
    pub fn restart_broker(&mut self, node: i32) -> Result<(), KafkaError> {
        self.restart_brokers(&[node])
    }

    /// [`Cluster::restart_broker`] for several at once: of three, two must run before any can serve.
    ///
    /// # Errors
    /// When there is no such broker, one runs already or does not start.
    pub fn restart_brokers(&mut self, nodes: &[i32]) -> Result<(), KafkaError> {
        let mut tried = 1;
        loop {
            for node in nodes {
                self.launch(*node)?;
            }
            match self.wait_until_ready(nodes) {
                Err(error) if error.is_port_taken() && tried < TRIES => tried += 1,
                result => return result,
            }
            for node in nodes {
                self.kill_broker(*node)?;
            }
        }
    }

    fn try_start(&mut self, install: &Install, attempt: usize, brokers: Brokers) -> Result<(), KafkaError> {
        let addresses = self.choose_addresses(brokers, attempt)?;
        self.brokers.clear();
        for own in &addresses {
            self.brokers.push(Broker::prepare(&self.nest, install, attempt, *own, &addresses)?);
        }
        let formats: Vec<_> = self.brokers.iter().map(|broker| broker.format(&self.nest, &self.id)).collect();
        for format in formats {
            Broker::formatted(format?)?;
        }
        for broker in &mut self.brokers {
            broker.launch(&self.nest)?;
        }
        self.wait_until_ready(&brokers.nodes().collect::<Vec<_>>())
    }

    fn choose_addresses(&self, brokers: Brokers, attempt: usize) -> Result<Vec<Address>, KafkaError> {
        let nodes: Vec<i32> = brokers.nodes().collect();
        let mut hasher = DefaultHasher::new();
        (&self.id, attempt).hash(&mut hasher);
        let ports = free_ports(nodes.len() * 2, hasher.finish()).map_err(KafkaError::NoPorts)?;
        let pairs = nodes.iter().zip(ports.chunks_exact(2));
        Ok(pairs
            .map(|(node, pair)| Address { node: *node, clients: pair[0], controllers: pair[1] })
            .collect())
    }

    fn launch(&mut self, node: i32) -> Result<(), KafkaError> {
        let index = self.index(node)?;
        self.brokers[index].launch(&self.nest)
    }

    fn wait_until_ready(&mut self, nodes: &[i32]) -> Result<(), KafkaError> {
        let mut waiting: Vec<(i32, Admin)> = Vec::new();
        for node in nodes {
            let address = self.brokers[self.index(*node)?].address;
            waiting.push((*node, Admin::new(&address_for_clients(address))?));
        }
        let all_run = self.brokers.iter().all(Broker::runs);
        let mut unready = String::new();
        let ready = wait_for("every started broker serves", PATIENCE_TO_START, || {
            if let Err(ended) = self.brokers.iter_mut().try_for_each(Broker::check_alive) {
                return Some(Err(ended));
            }
            let answers = waiting.iter().map(|(node, admin)| admin.serves(&self.id, *node, all_run));
            match answers.collect::<Result<Vec<()>, String>>() {
                Ok(_) => Some(Ok(())),
                Err(why) => {
                    unready = why;
                    None
                }
            }
        });
        ready.unwrap_or_else(|source| {
            let tail = self.brokers.iter().map(Broker::log_tail).collect::<Vec<_>>().join("\n");
            Err(KafkaError::NotReady { unready, tail, source })
        })
    }

    fn index(&self, node: i32) -> Result<usize, KafkaError> {
        let found = self.brokers.iter().position(|broker| broker.address.node == node);
        found.ok_or(KafkaError::NoSuchBroker { node })
    }

    fn broker_mut(&mut self, node: i32) -> Result<&mut Broker, KafkaError> {
        let index = self.index(node)?;
        Ok(&mut self.brokers[index])
    }
}

fn address_for_clients(address: Address) -> String {
    format!("127.0.0.1:{}", address.clients)
}

/// Kafka's ids are 16 bytes in base64: 21 characters of any kind, and a last one that adds no bit. The nest's
/// name is unlike any other, so no client can take another run's cluster for this one.
fn cluster_id(nest_name: &str) -> String {
    let name: String = nest_name.chars().filter(char::is_ascii_alphanumeric).collect();
    let unique: String = name.chars().rev().take(21).collect();
    format!("{unique:x<21}A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_id_is_sixteen_bytes_and_keeps_what_is_unique() {
        assert_eq!(cluster_id("signalbox-AbCdEfGhIjK"), "KjIhGfEdCbAxoblangisxA");
        assert_eq!(cluster_id("signalbox-AbCdEfGhIjK").len(), 22);
    }
}
