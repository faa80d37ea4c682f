//! What vendors call the fields of an alert: the best names first, as letters and digits only, in small letters.

/// Names of one rank stand together; a rank goes before the next one wherever its fields lie.
pub(super) type Ranks = &'static [&'static [&'static str]];

/// What people read first.
pub(super) const TITLES: Ranks = &[
    &[
        "title",
        "alerttitle",
        "messagetitle",
        "eventtitle",
        "eventdefinitiontitle",
        "incidenttitle",
        "problemtitle",
        "issuetitle",
    ],
    &[
        "alertname",
        "alarmname",
        "alertrule",
        "rulename",
        "monitorname",
        "checkname",
        "incidentname",
        "conditionname",
        "policyname",
        "searchname",
        "monitordisplayname",
    ],
    &["summary", "headline", "subject", "shortdescription", "alertmessage", "alertsubject"],
    &["name", "displayname", "display", "rule", "detectorname", "eventname", "triggername", "problem"],
    &["message", "description", "reason", "msg", "text", "info", "details"],
];
/// What explains it.
pub(super) const TEXTS: Ranks = &[
    &[
        "description",
        "longdescription",
        "alarmdescription",
        "eventdescription",
        "details",
        "problemdetailstext",
    ],
    &[
        "message",
        "messagebody",
        "body",
        "text",
        "output",
        "longoutput",
        "reason",
        "newstatereason",
        "incidentreason",
        "errormessage",
        "msg",
    ],
    &["summary", "ruleexpression", "query", "detectoncondition"],
];
/// What stays the same while an alert fires and resolves.
pub(super) const IDENTITIES: Ranks = &[
    &[
        "fingerprint",
        "dedupkey",
        "deduplicationkey",
        "groupkey",
        "aggregationkey",
        "correlationid",
        "alarmarn",
    ],
    &[
        "alertruleid",
        "ruleid",
        "monitorid",
        "checkid",
        "eventdefinitionid",
        "policyid",
        "conditionid",
        "detectorid",
        "triggerid",
    ],
];
pub(super) const NAMES: Ranks = &[&[
    "alertname",
    "alarmname",
    "alertrule",
    "rulename",
    "monitorname",
    "checkname",
    "conditionname",
    "policyname",
    "searchname",
    "detectorname",
    "rule",
]];
pub(super) const INCIDENTS: Ranks = &[&["incidentid", "problemid", "issueid", "alertid"]];
/// What is another one each time.
pub(super) const RECORDS: Ranks =
    &[&["eventid", "deliveryid", "notificationid", "messageid", "requestid", "checkresultid", "uuid"]];
pub(super) const SEVERITIES: Ranks = &[
    &["severity", "alertseverity", "level", "loglevel", "severitylabel"],
    &["priority", "urgency"],
    &["impact", "importance"],
];
pub(super) const STATES: Ranks = &[
    &[
        "state",
        "status",
        "alertstate",
        "alertstatus",
        "incidentstate",
        "currentstate",
        "newstate",
        "newstatevalue",
        "monitorcondition",
        "problemstate",
    ],
    &["alerttransition", "transition", "alerttype", "eventtype", "notificationtype", "action", "eventaction"],
    &["statusextended", "messagetitle", "title", "subject", "event"],
];
pub(super) const TIMES: Ranks = &[
    &[
        "timestamp",
        "time",
        "occurredat",
        "startedat",
        "startsat",
        "datestart",
        "createdat",
        "firedat",
        "fireddatetime",
        "eventtime",
        "statechangetime",
    ],
    &["date", "longdatetime", "shortdatetime", "lastupdated", "updatedat", "triggeredat"],
];
pub(super) const ENVIRONMENTS: Ranks = &[&["environment", "env", "deploymentenvironment"]];
pub(super) const PROJECTS: Ranks = &[&["project", "projectslug", "projectname"]];
