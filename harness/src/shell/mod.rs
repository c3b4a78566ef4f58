//! The small subset of PowerShell in which a case's fix is written and a trainee works.

#![allow(dead_code)] // until the parts meet

mod cmdlets;
pub(crate) mod command;
pub(crate) mod desk;
pub(crate) mod trouble;
pub(crate) mod value;
