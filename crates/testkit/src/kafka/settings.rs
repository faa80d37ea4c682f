//! What a broker is told: `server.properties` and its log's form. Pure.

use std::path::Path;

/// Where one broker listens, for clients and other brokers and for controllers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) node: i32,
    pub(super) clients: u16,
    pub(super) controllers: u16,
}

/// The log to the standard output, where the nest keeps it.
pub(super) const LOGGING: &str = "status=warn
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{HH:mm:ss.SSS} %p %c{1} %m%n%throwable{short}
rootLogger.level=info
rootLogger.appenderRef.out.ref=out
";

/// The settings of broker `own` in a cluster of `all`.
pub(super) fn server_properties(own: Address, all: &[Address], data: &Path) -> String {
    let voters: Vec<String> =
        all.iter().map(|peer| format!("{}@127.0.0.1:{}", peer.node, peer.controllers)).collect();
    let copies = all.len();
    // With three copies one broker may be lost and what is acknowledged is still in two places; with one
    // there is no choice.
    let in_sync = copies.div_ceil(2);
    [
        "process.roles=broker,controller".to_owned(),
        format!("node.id={}", own.node),
        format!("controller.quorum.voters={}", voters.join(",")),
        format!("listeners=CLIENT://127.0.0.1:{},CONTROLLER://127.0.0.1:{}", own.clients, own.controllers),
        format!("advertised.listeners=CLIENT://127.0.0.1:{}", own.clients),
        "inter.broker.listener.name=CLIENT".to_owned(),
        "controller.listener.names=CONTROLLER".to_owned(),
        "listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT".to_owned(),
        format!("log.dirs={}", data.display()),
        // A misspelt topic is an error in a test, not a new topic.
        "auto.create.topics.enable=false".to_owned(),
        format!("default.replication.factor={copies}"),
        format!("min.insync.replicas={in_sync}"),
        format!("offsets.topic.replication.factor={copies}"),
        format!("transaction.state.log.replication.factor={copies}"),
        format!("transaction.state.log.min.isr={in_sync}"),
        format!("share.coordinator.state.topic.replication.factor={copies}"),
        format!("share.coordinator.state.topic.min.isr={in_sync}"),
        // Fewer partitions to load at each start, and no wait for members that will not come.
        "offsets.topic.num.partitions=1".to_owned(),
        "transaction.state.log.num.partitions=1".to_owned(),
        "share.coordinator.state.topic.num.partitions=1".to_owned(),
        "group.initial.rebalance.delay.ms=0".to_owned(),
        // A killed broker can only come back when its old registration has lapsed: 3 s instead of 11 s.
        "broker.session.timeout.ms=1500".to_owned(),
        "broker.heartbeat.interval.ms=500".to_owned(),
        String::new(),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(brokers: i32, expect: &[&str]) {
        let all: Vec<Address> = (1..=brokers)
            .map(|node| Address {
                node,
                clients: 15_000 + u16::try_from(node).unwrap(),
                controllers: 16_000 + u16::try_from(node).unwrap(),
            })
            .collect();
        let text = server_properties(all[0], &all, Path::new("/data"));
        for line in expect {
            assert!(text.lines().any(|found| found == *line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn one_broker_needs_nobody_and_three_bear_the_loss_of_one() {
        check(
            1,
            &[
                "controller.quorum.voters=1@127.0.0.1:16001",
                "offsets.topic.replication.factor=1",
                "min.insync.replicas=1",
            ],
        );
        check(
            3,
            &[
                "controller.quorum.voters=1@127.0.0.1:16001,2@127.0.0.1:16002,3@127.0.0.1:16003",
                "listeners=CLIENT://127.0.0.1:15001,CONTROLLER://127.0.0.1:16001",
                "offsets.topic.replication.factor=3",
                "transaction.state.log.min.isr=2",
                "min.insync.replicas=2",
            ],
        );
    }
}
