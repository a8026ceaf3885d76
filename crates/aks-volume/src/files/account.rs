//! The storage account of the app: one for all its shares, made with the first.

use std::time::Duration;

use kompox_azure::{
    NameAvailability, ProvisioningState, ResourceId, StorageAccount, StorageAccountCreation,
};
use kompox_model::{VolumeOptions, VolumeType};
use kompox_provider::{Error, Result};
use tracing::info;

use super::FilesBackend;
use super::options::FilesOptions;
use super::sku::FilesSku;

/// First pause before an account is looked at again that somebody else is making.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

impl FilesBackend<'_> {
    /// The account, `None` when there is none.
    pub(super) async fn read_account(&self) -> Result<Option<StorageAccount>> {
        let accounts = &self.volumes.azure.storage_accounts;
        accounts.get(&self.account).await.map_err(|error| {
            Error::port(
                format!("reading storage account {:?}", self.account.name()),
                error,
            )
        })
    }

    /// The account; where there is none, its name is free as far as can be known.
    pub(super) async fn account_or_free_name(&self) -> Result<Option<StorageAccount>> {
        let account = self.read_account().await?;
        if account.is_some() {
            return Ok(account);
        }
        let name = self.account.name();
        let subscription = ResourceId::subscription_scope(&self.volumes.subscription);
        let accounts = &self.volumes.azure.storage_accounts;
        let answer = match accounts.check_name(&subscription, name).await {
            Ok(answer) => answer,
            // Asking needs a permission on the subscription, making the account only one on the group: then the name is
            // known to be taken when making the account is refused.
            Err(error) if error.status() == Some(403) => return Ok(None),
            Err(error) => {
                let doing = format!("asking whether storage account name {name:?} is free");
                return Err(Error::port(doing, error));
            }
        };
        let NameAvailability::Unavailable { message, .. } = answer else {
            return Ok(None);
        };
        // Another run of ours may have begun to make it meanwhile.
        let account = self.read_account().await?;
        if account.is_none() {
            return Err(Error::conflict(format!("{}: {message}", self.taken())));
        }
        Ok(account)
    }

    /// The account's name is made from names that a user gives, so that is where the way out begins.
    fn taken(&self) -> String {
        format!(
            "the name of storage account {:?}, which all of Azure shares, is taken, and not in resource group {:?}; if the \
             account is this app's and in another group, set AZURE_RESOURCE_GROUP_NAME in the settings of app {:?} to that \
             group, else rename the app, the provider or the workspace, which the name is made from",
            self.account.name(),
            self.group.id.name(),
            self.app.name
        )
    }

    /// All volumes of type files of an app must ask for the same SKU, for they share one account.
    pub(super) fn check_other_volumes(&self, sku: FilesSku) -> Result<()> {
        let others = self
            .app
            .volumes
            .iter()
            .filter(|other| other.kind == VolumeType::Files && other.name != self.volume.name);
        for other in others {
            // Wrong options of another volume are told when that one is used.
            let Ok(wish) = FilesOptions::parse(&other.options, &VolumeOptions::new()) else {
                continue;
            };
            if wish.sku != sku {
                return Err(Error::invalid(format!(
                    "volume {:?} asks for sku {} and volume {:?} for {}; all volumes of type files of an app share one storage \
                     account, which has one sku: give them the same",
                    self.volume.name,
                    sku.as_str(),
                    other.name,
                    wish.sku.as_str()
                )));
            }
        }
        Ok(())
    }

    /// Whether an account that is there can hold the share that is asked for: none of this can be changed.
    pub(super) fn check_account(&self, account: &StorageAccount, sku: FilesSku) -> Result<()> {
        let location = &self.volumes.location;
        let differs = |is: &str, wanted: &str| !is.eq_ignore_ascii_case(wanted);
        let (what, way_out) = if differs(&account.location, location) {
            (
                format!(
                    "is in {}, and the provider is in {location}",
                    account.location
                ),
                "use a provider of that location for this app, or let the app have another resource group \
                 (AZURE_RESOURCE_GROUP_NAME) after deleting the account",
            )
        } else if differs(&account.kind, sku.account_kind()) {
            (
                format!(
                    "is of kind {} ({}), and {}, which volume {:?} asks for, needs kind {}",
                    account.kind,
                    account.sku,
                    sku.as_str(),
                    self.volume.name,
                    sku.account_kind()
                ),
                "ask for a sku of that kind, or move the data elsewhere and delete the account",
            )
        } else if differs(&account.sku, sku.as_str()) {
            (
                format!(
                    "has sku {}, and volume {:?} asks for {}",
                    account.sku,
                    self.volume.name,
                    sku.as_str()
                ),
                "set the volume's sku to that of the account, for all volumes of type files of an app share it",
            )
        } else {
            return Ok(());
        };
        Err(Error::conflict(format!(
            "storage account {:?} of app {:?} {what}; {way_out}",
            self.account.name(),
            self.app.name
        )))
    }

    /// Makes the account where there is none, and waits for one that is being made.
    ///
    /// Spec: §12.1.
    pub(super) async fn ensure_account(
        &self,
        account: Option<StorageAccount>,
        sku: FilesSku,
    ) -> Result<StorageAccount> {
        let account = match account {
            Some(account) if account.state == ProvisioningState::Succeeded => return Ok(account),
            Some(StorageAccount {
                state: ProvisioningState::Running(_),
                ..
            }) => self.await_account().await?,
            _ => self.create_account(sku).await?,
        };
        match &account.state {
            ProvisioningState::Succeeded => Ok(account),
            state => Err(Error::conflict(format!(
                "storage account {:?} cannot be used, its state is {state}; delete it if nothing is in it, and try again",
                self.account.name()
            ))),
        }
    }

    async fn create_account(&self, sku: FilesSku) -> Result<StorageAccount> {
        let name = self.account.name();
        info!(
            account = name,
            sku = sku.as_str(),
            "creating the storage account of the app"
        );
        let creation = StorageAccountCreation {
            location: self.volumes.location.clone(),
            tags: self.group.names.tags().clone(),
            sku: sku.as_str().to_owned(),
            kind: sku.account_kind().to_owned(),
            allow_blob_public_access: false,
            minimum_tls_version: "TLS1_2".to_owned(),
            https_only: true,
        };
        let accounts = &self.volumes.azure.storage_accounts;
        let created = accounts.create(&self.account, &creation).await;
        created.map_err(|error| {
            let taken = [
                "StorageAccountAlreadyTaken",
                "StorageAccountInAnotherResourceGroup",
            ];
            let doing = if taken.iter().any(|code| error.has_code(code)) {
                self.taken()
            } else {
                format!("creating storage account {name:?}")
            };
            Error::port(doing, error)
        })
    }

    async fn await_account(&self) -> Result<StorageAccount> {
        let mut pause = FIRST_PAUSE;
        loop {
            tokio::time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
            match self.read_account().await? {
                Some(account) if account.state.is_terminal() => return Ok(account),
                Some(_) => {}
                None => {
                    return Err(Error::conflict(format!(
                        "storage account {:?} disappeared while it was being made; try again",
                        self.account.name()
                    )));
                }
            }
        }
    }
}
