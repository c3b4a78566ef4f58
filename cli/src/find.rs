//! A name or a file, to what it means.

use std::path::Path;

use mailfault::Flaw;
use mailfault::cast::Cast;
use mailfault::scenario::Scenario;

use crate::error::Error;

/// The scenario of a name in the catalogue, or of a file.
pub(crate) fn scenario(given: &str) -> Result<Scenario, Error> {
    if is_file(given) {
        return Ok(Scenario::read(given)?);
    }
    Scenario::named(given)
        .map_err(|error| Error::from(error).hint("`mailfault list` shows what there is"))
}

/// The cast of a name in the catalogue, or of a file; nothing where a scenario is meant.
pub(crate) fn cast(given: &str) -> Result<Option<Cast>, Error> {
    if is_file(given) {
        let text = std::fs::read_to_string(given).unwrap_or_default();
        return Ok(match Cast::is_meant(&text) {
            true => Some(Cast::read(given)?),
            false => None,
        });
    }
    match Cast::named(given) {
        Ok(cast) => Ok(Some(cast)),
        Err(error) if given.starts_with("cases/") => {
            Err(Error::from(error).hint("`mailfault list casts` shows what there is"))
        }
        Err(_) => Ok(None),
    }
}

/// The text of that scenario, as its author wrote it.
pub(crate) fn text(scenario: &Scenario, given: &str) -> Result<String, Error> {
    if is_file(given) {
        let path = Path::new(given);
        return std::fs::read_to_string(path).map_err(|error| Error::system("read", path, &error));
    }
    Ok(Scenario::text(&scenario.id).unwrap_or_default().to_owned())
}

/// A flaw of a certificate by name.
pub(crate) fn flaw(given: &str) -> Result<Flaw, Error> {
    Flaw::from_id(given).ok_or_else(|| {
        // The scenarios know near misses, and every flaw has a scenario of its name.
        let near = match Scenario::named(given) {
            Err(mailfault::Error::UnknownName { near, .. }) => near,
            _ => None,
        };
        let near = near.filter(|near| Flaw::from_id(near).is_some());
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`mailfault list flaws` shows them all".to_owned(),
        };
        Error::new(format!("unknown flaw `{given}`")).hint(hint)
    })
}

/// Whether this is a file rather than a name.
pub(crate) fn is_file(given: &str) -> bool {
    Path::new(given)
        .extension()
        .is_some_and(|end| end == "toml")
        || Path::new(given).is_file()
}
