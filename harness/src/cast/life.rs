//! What happened to a message of a cast, from its submission to its end.

use std::fmt;

use super::Playing;
use crate::persona::timestamp;
use crate::transport::{Notification, Progress, ProgressKind};

/// The life of a message of a cast, from its submission to its end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Life {
    /// Who sent it: a sender, or a server and its send connector.
    pub by: String,
    /// Where it was sent to.
    pub to: String,
    /// Whether it waited in the cloud, whose administrators see more of a setback.
    pub online: bool,
    /// What happened to it, in order.
    pub progress: Vec<Progress>,
}

impl Life {
    /// What its sender was told.
    #[must_use]
    pub fn notifications(&self) -> Vec<&Notification> {
        let all = self.progress.iter();
        all.filter_map(|one| one.kind.notification()).collect()
    }

    /// Whether it is of the tenant whose administrator looks, and not of somebody else.
    pub(crate) fn is_of_cloud(&self, playing: &Playing) -> bool {
        let sender = playing.sender(&self.by);
        sender.is_ok_and(|sender| sender.is_online())
    }

    /// Why a message was put off, as an administrator of its sender sees it: in the queue, or in
    /// the message trace.
    #[must_use]
    pub fn setback<'a>(&self, progress: &'a Progress) -> &'a str {
        match &progress.kind {
            ProgressKind::Deferred { detail, .. } if self.online => detail,
            ProgressKind::Deferred { error, .. } => error,
            _ => "",
        }
    }

    /// Whether it was taken in the end.
    #[must_use]
    pub fn was_delivered(&self) -> bool {
        let mut all = self.progress.iter();
        all.any(|one| matches!(one.kind, ProgressKind::Delivered(_)))
    }
}

impl fmt::Display for Life {
    /// A line for each thing that happened; attempts that failed alike are told once.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.by, self.to)?;
        let mut rest = self.progress.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let at = timestamp(first.at);
            let deferred = |one: &Progress| match &one.kind {
                ProgressKind::Deferred { error, .. } => Some(words(error).to_owned()),
                _ => None,
            };
            let alike = deferred(first).map_or(0, |error| {
                let same = |one: &&Progress| deferred(one).as_ref() == Some(&error);
                others.iter().take_while(same).count()
            });
            match &first.kind {
                ProgressKind::Submitted => write!(f, "\n  {at} submitted")?,
                ProgressKind::Deferred { .. } if alike == 0 => {
                    write!(f, "\n  {at} deferred: {}", self.setback(first))?;
                }
                ProgressKind::Deferred { .. } => {
                    let last = timestamp(others[alike - 1].at);
                    write!(f, "\n  {at} deferred: {}", self.setback(first))?;
                    write!(f, "\n  … {} times in all, the last at {last}", alike + 1)?;
                }
                ProgressKind::Delayed(_) => write!(f, "\n  {at} delayed: the sender is told")?,
                ProgressKind::Delivered(reply) => {
                    write!(f, "\n  {at} delivered: {}", reply.to_string().trim_end())?;
                }
                ProgressKind::Failed { status, .. } => write!(f, "\n  {at} failed: {status}")?,
                ProgressKind::Removed => write!(f, "\n  {at} removed")?,
            }
            rest = &others[alike..];
        }
        Ok(())
    }
}

/// An error without the times and addresses that differ from attempt to attempt.
fn words(error: &str) -> &str {
    error
        .split(['[', '{', ';'])
        .find(|part| !part.is_empty())
        .unwrap_or(error)
}
