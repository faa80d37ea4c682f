//! Who a program runs as. Some programs (PostgreSQL) refuse root, and on a bare machine root is all there is.

use std::path::Path;
use std::process::Command;

use super::ProcessError;

/// Debian's package makes the first; every Linux has the second.
const ORDINARY: [&str; 2] = ["postgres", "nobody"];
const PASSWD: &str = "/etc/passwd";

/// The user that a program runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// Whoever runs the tests.
    Own,
    /// Somebody else: only root can ask for this.
    Other { user: u32, group: u32 },
}

impl Account {
    /// An ordinary user: the own account, or where that is root, one made for services.
    ///
    /// # Errors
    /// When this process is root and no ordinary account is found.
    pub fn ordinary() -> Result<Self, ProcessError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        let passwd = std::fs::read_to_string(PASSWD)
            .map_err(|source| ProcessError::Accounts { path: PASSWD.into(), source })?;
        find_ordinary(&passwd).ok_or_else(|| ProcessError::NoOrdinaryAccount { wanted: ORDINARY.join(", ") })
    }

    /// Hands a folder over to this account.
    ///
    /// # Errors
    /// When the owner cannot be changed.
    pub fn own_folder(&self, folder: &Path) -> Result<(), ProcessError> {
        let Self::Other { user, group } = self else { return Ok(()) };
        std::os::unix::fs::chown(folder, Some(*user), Some(*group))
            .map_err(|source| ProcessError::Write { path: folder.to_owned(), source })
    }

    /// What stands before a command line so that it runs as this account. Each of these replaces itself with
    /// the next, so the process id stays that of the program.
    pub(super) fn prefix(&self) -> Command {
        let mut command = Command::new("setsid");
        if let Self::Other { user, group } = self {
            command.args(["setpriv", "--clear-groups"]);
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--");
        }
        command
    }
}

fn find_ordinary(passwd: &str) -> Option<Account> {
    ORDINARY.iter().find_map(|wanted| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next()? != *wanted {
                return None;
            }
            let mut ids = fields.skip(1);
            let user = ids.next()?.parse().ok()?;
            let group = ids.next()?.parse().ok()?;
            Some(Account::Other { user, group })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(passwd: &str, expect: Option<(u32, u32)>) {
        let expect = expect.map(|(user, group)| Account::Other { user, group });
        assert_eq!(find_ordinary(passwd), expect, "{passwd}");
    }

    #[test]
    fn the_service_account_comes_before_nobody() {
        check(
            "root:x:0:0::/:/bin/sh\nnobody:x:65534:65533::/:/x\npostgres:x:101:104:a,b:/p:/bin/sh",
            Some((101, 104)),
        );
        check("root:x:0:0::/:/bin/sh\nnobody:x:65534:65533::/:/x\n", Some((65534, 65533)));
        check("root:x:0:0::/:/bin/sh\nmypostgres:x:5:5::/:/x\n", None);
        check("postgres:x:not-a-number:104::/:/x\n", None);
        check("", None);
    }
}
