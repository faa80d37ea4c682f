//! Rows of control's tables as their nouns.

use signalbox_domain::access::{Role, Token};
use signalbox_domain::form::from_form;
use signalbox_domain::ids::{PersonId, ProjectId, RepositoryId, SecretId, TokenId};
use signalbox_domain::project::{Person, Project, Repository};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::secrets::{SealedSecret, SecretEntry};
use crate::column;
use crate::error::{DamageSource, StoreError};

pub(super) struct ProjectRow {
    pub(super) id: Uuid,
    pub(super) name: String,
}

impl TryFrom<ProjectRow> for Project {
    type Error = StoreError;

    fn try_from(row: ProjectRow) -> Result<Self, StoreError> {
        let name =
            row.name.parse().map_err(|error| StoreError::damaged("project", DamageSource::Name(error)))?;
        Ok(Self { id: ProjectId::from_uuid(row.id), name })
    }
}

pub(super) struct RepositoryRow {
    pub(super) id: Uuid,
    pub(super) project_id: Uuid,
    pub(super) name: String,
    pub(super) location: String,
    pub(super) default_branch: String,
}

impl TryFrom<RepositoryRow> for Repository {
    type Error = StoreError;

    fn try_from(row: RepositoryRow) -> Result<Self, StoreError> {
        let name =
            row.name.parse().map_err(|error| StoreError::damaged("repository", DamageSource::Name(error)))?;
        Ok(Self {
            id: RepositoryId::from_uuid(row.id),
            project: ProjectId::from_uuid(row.project_id),
            name,
            location: row.location,
            default_branch: row.default_branch,
        })
    }
}

pub(super) struct PersonRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) document: String,
}

impl TryFrom<PersonRow> for Person {
    type Error = StoreError;

    fn try_from(row: PersonRow) -> Result<Self, StoreError> {
        let person: Self = from_form(&row.document).map_err(|error| StoreError::damaged("person", error))?;
        Ok(Self { id: PersonId::from_uuid(row.id), name: row.name, ..person })
    }
}

pub(super) struct TokenRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) scope: String,
    pub(super) made_at: i64,
    pub(super) expires_at: Option<i64>,
    pub(super) revoked_at: Option<i64>,
    pub(super) used_at: Option<i64>,
    pub(super) parent: Option<Uuid>,
}

impl TryFrom<TokenRow> for Token {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self, StoreError> {
        token(&row).map_err(|source| StoreError::damaged("token", source))
    }
}

fn token(row: &TokenRow) -> Result<Token, DamageSource> {
    Ok(Token {
        id: TokenId::from_uuid(row.id),
        name: row.name.parse()?,
        role: Role::from_name(&row.role).ok_or_else(|| column::unknown(&row.role))?,
        scope: from_form(&row.scope)?,
        made_at: Timestamp::from_micros(row.made_at),
        expires_at: row.expires_at.map(Timestamp::from_micros),
        revoked_at: row.revoked_at.map(Timestamp::from_micros),
        used_at: row.used_at.map(Timestamp::from_micros),
        parent: row.parent.map(TokenId::from_uuid),
    })
}

pub(super) struct SecretEntryRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) made_at: i64,
    pub(super) changed_at: i64,
}

impl TryFrom<SecretEntryRow> for SecretEntry {
    type Error = StoreError;

    fn try_from(row: SecretEntryRow) -> Result<Self, StoreError> {
        let name =
            row.name.parse().map_err(|error| StoreError::damaged("secret", DamageSource::Name(error)))?;
        Ok(Self {
            id: SecretId::from_uuid(row.id),
            name,
            made_at: Timestamp::from_micros(row.made_at),
            changed_at: Timestamp::from_micros(row.changed_at),
        })
    }
}

pub(super) struct SecretRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) sealed: Vec<u8>,
    pub(super) made_at: i64,
    pub(super) changed_at: i64,
}

impl TryFrom<SecretRow> for SealedSecret {
    type Error = StoreError;

    fn try_from(row: SecretRow) -> Result<Self, StoreError> {
        let SecretRow { id, name, sealed, made_at, changed_at } = row;
        Ok(Self { entry: SecretEntryRow { id, name, made_at, changed_at }.try_into()?, sealed })
    }
}
