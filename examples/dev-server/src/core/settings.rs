//! A user's own settings, wherever they are asked for.

use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::settings::{PresenceSettings, PresenceSettingsUpdate};

use super::presence::presence_settings;
use super::{Answer, Caller, Command, Core, Refusal, User};
use crate::store::Store;

impl<S: Store> Core<S> {
    /// The user's own settings.
    pub async fn presence_settings(&self, user: &User) -> Result<PresenceSettings, Refusal> {
        let profile = self.profile(user).await?;
        Ok(presence_settings(&user.id, &profile.record))
    }

    /// Changes them from outside of a connection; all connections of the user are told.
    pub async fn change_settings(
        &self,
        user: &User,
        update: PresenceSettingsUpdate,
    ) -> Result<PresenceSettings, Refusal> {
        let caller = Caller::without_socket(user);
        let submitted = self.submit(caller, Command::Settings(update))?;
        match self.settle(submitted).await? {
            Answer::Settings(settings) => Ok(*settings),
            _ => Err(ErrorCode::InternalError.into()),
        }
    }
}
