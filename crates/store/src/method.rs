//! Every method of the store by name: for error messages, metrics, and the points at which tests kill the process.
//!
//! A test reads the sources and fails for a public method that is not named here.

use std::fmt;

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident = $text:literal $kind:ident,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Method {
            $($(#[$doc])* $name,)*
        }

        impl Method {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            pub const fn kind(self) -> MethodKind {
                match self { $(Self::$name => MethodKind::$kind,)* }
            }
        }
    };
}

/// A read sees one snapshot; a write is one transaction that can be killed before and after its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    Read,
    Write,
}

methods! {
    /// Reaching, holding and migrating; not a transaction of its own.
    Open = "open" Read,
    /// Listening and notifying, on connections of their own.
    Wakeups = "wakeups" Read,
    Ping = "ping" Read,
    // ingest
    SignalsFold = "signals_fold" Write,
    PositionsLoad = "positions_load" Read,
    SignalsList = "signals_list" Read,
    SignalShow = "signal_show" Read,
    QuarantineList = "quarantine_list" Read,
    QuarantineShow = "quarantine_show" Read,
    QuarantineDrop = "quarantine_drop" Write,
    LettersDue = "letters_due" Read,
    LettersSent = "letters_sent" Write,
    PositionsList = "positions_list" Read,
    PositionSeek = "position_seek" Write,
    DeliveryPut = "delivery_put" Write,
    DeliveriesUnread = "deliveries_unread" Read,
    SessionsOver = "sessions_over" Read,
    FlowMark = "flow_mark" Read,
    SeriesDue = "series_due" Read,
    PointsLoad = "points_load" Read,
    ExposuresList = "exposures_list" Read,
    SignalRelease = "signal_release" Write,
    // planner
    ProjectsToPlan = "projects_to_plan" Read,
    PlanLoad = "plan_load" Read,
    PlanGather = "plan_gather" Read,
    ExemplarsList = "exemplars_list" Read,
    CaseMembers = "case_members" Read,
    CaseBonds = "case_bonds" Read,
    PlanCommit = "plan_commit" Write,
    CaseShow = "case_show" Read,
    CaseRule = "case_rule" Write,
    CasePick = "case_pick" Write,
    CaseRecords = "case_records" Read,
    CaseLinks = "case_links" Read,
    WorkLinks = "work_links" Read,
    SignalsMove = "signals_move" Write,
    MoveUndo = "move_undo" Write,
    MovesList = "moves_list" Read,
    MoveShow = "move_show" Read,
    SuppressionPut = "suppression_put" Write,
    SuppressionLift = "suppression_lift" Write,
    SuppressionCount = "suppression_count" Read,
    SuppressionShow = "suppression_show" Read,
    SuppressionsList = "suppressions_list" Read,
    PlansList = "plans_list" Read,
    PlanShow = "plan_show" Read,
    CasesList = "cases_list" Read,
    // tasks
    TaskOpen = "task_open" Write,
    TaskPickUp = "task_pick_up" Write,
    TaskApprove = "task_approve" Write,
    TaskMove = "task_move" Write,
    TaskPutDown = "task_put_down" Write,
    TaskCancel = "task_cancel" Write,
    TaskDisown = "task_disown" Write,
    TaskShow = "task_show" Read,
    TaskContext = "task_context" Read,
    TasksList = "tasks_list" Read,
    // dispatcher
    RunnerPut = "runner_put" Write,
    RunnersList = "runners_list" Read,
    QueueLoad = "queue_load" Read,
    RunsAssign = "runs_assign" Write,
    RunsClaim = "runs_claim" Write,
    RunRenew = "run_renew" Write,
    RunMove = "run_move" Write,
    RunNotesAppend = "run_notes_append" Write,
    RunFinish = "run_finish" Write,
    RunExpire = "run_expire" Write,
    RunsExpired = "runs_expired" Read,
    RunShow = "run_show" Read,
    RunsList = "runs_list" Read,
    RunNotesList = "run_notes_list" Read,
    OutcomesList = "outcomes_list" Read,
    ChangesList = "changes_list" Read,
    // control
    ProjectEnsure = "project_ensure" Write,
    ProjectFind = "project_find" Read,
    ProjectsList = "projects_list" Read,
    ProjectKeyPut = "project_key_put" Write,
    ProjectKeyFind = "project_key_find" Read,
    ProjectKeysList = "project_keys_list" Read,
    ProjectKeyRemove = "project_key_remove" Write,
    RepositoryPut = "repository_put" Write,
    RepositoryFind = "repository_find" Read,
    RepositoryShow = "repository_show" Read,
    RepositoriesList = "repositories_list" Read,
    PersonPut = "person_put" Write,
    PeopleList = "people_list" Read,
    TokenPut = "token_put" Write,
    TokenByHash = "token_by_hash" Read,
    TokenShow = "token_show" Read,
    TokensList = "tokens_list" Read,
    TokenRevoke = "token_revoke" Write,
    TokenUsed = "token_used" Write,
    SealingKeyFind = "sealing_key_find" Read,
    SealingKeyPut = "sealing_key_put" Write,
    SecretPut = "secret_put" Write,
    SecretFind = "secret_find" Read,
    SecretsList = "secrets_list" Read,
    SecretRemove = "secret_remove" Write,
    // decisions
    DecisionsRecord = "decisions_record" Write,
    DecisionsList = "decisions_list" Read,
    // quotas
    QuotaTake = "quota_take" Write,
    QuotaGiveBack = "quota_give_back" Write,
    // leases
    LeaseTake = "lease_take" Write,
    LeaseRenew = "lease_renew" Write,
    LeaseRelease = "lease_release" Write,
    // automations
    AutomationPut = "automation_put" Write,
    AutomationsList = "automations_list" Read,
    FiringOpen = "firing_open" Write,
    FiringsDue = "firings_due" Read,
    FiringMove = "firing_move" Write,
    FiringFulfil = "firing_fulfil" Write,
    FiringsList = "firings_list" Read,
    // erasure
    ErasureBegin = "erasure_begin" Write,
    ErasureTexts = "erasure_texts" Read,
    ErasureStep = "erasure_step" Write,
    ErasureShow = "erasure_show" Read,
    ErasuresList = "erasures_list" Read,
    // retention
    Prune = "prune" Write,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
