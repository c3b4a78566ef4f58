//! Chance. Every choice depends on seed, session and number of the try alone, so that parallel
//! sessions do not change each other's luck.

use super::history::OfFault;
use crate::fault::{Action, Count, Fault, Lot};
use crate::persona::mix;

/// Whether chance lets a fault fire.
pub(super) fn falls(count: &Count, session: u64, tally: &mut OfFault) -> bool {
    let drawn = count.lot.is_none_or(|Lot { number, of }| {
        // A draw for the whole session, whatever is tried in it.
        mix(mix(mix(count.seed) ^ session)) % of + 1 == number
    });
    drawn
        && count
            .chance
            .is_none_or(|chance| fraction(number(count.seed, session, tally)) < chance)
}

/// The action as it is played this time.
pub(super) fn settled(fault: &Fault, session: u64, tally: &mut OfFault) -> Action {
    match &fault.action {
        Action::Jitter(most) => {
            let fraction = fraction(mix(number(fault.count.seed, session, tally)));
            Action::Delay(most.mul_f64(fraction))
        }
        action => action.clone(),
    }
}

/// The number of the next try.
fn number(seed: u64, session: u64, tally: &mut OfFault) -> u64 {
    tally.tried += 1;
    mix(mix(mix(seed) ^ session) ^ tally.tried)
}

/// The upper 53 bits make an evenly spread number in [0, 1).
fn fraction(number: u64) -> f64 {
    (number >> 11) as f64 / (1u64 << 53) as f64
}
