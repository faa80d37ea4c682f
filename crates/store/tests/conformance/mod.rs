//! One module an owner; each test takes a fresh store and does not know which database it is.

mod automations;
mod beside;
mod control;
mod decisions;
mod dispatcher;
mod gathered;
mod ingest;
mod leases;
mod planner;
mod quotas;
mod retention;
mod tasks;

/// Makes each named test of a module twice: `tasks::sqlite::NAME` and `tasks::postgres::NAME`.
macro_rules! on_both {
    ($($test:ident,)*) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                if let Some(fixture) = crate::fixture::Fixture::sqlite().await {
                    super::$test(&fixture).await;
                }
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                if let Some(fixture) = crate::fixture::Fixture::postgres().await {
                    super::$test(&fixture).await;
                }
            })*
        }
    };
}
use on_both;
