//! What is made wrong in the authority right above the leaf.

use crate::asn1;
use crate::certificate::{
    self, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, NAME_CONSTRAINTS, POLICY_CONSTRAINTS,
};
use crate::control::Control;
use crate::draft::Draft;
use crate::flaw::Flaw;
use crate::recipe::Recipe;

pub(crate) fn issuing(flaw: Flaw, draft: &mut Draft, recipe: &Recipe) {
    let domain = recipe
        .name
        .split_once('.')
        .map_or("test", |(_, domain)| domain);
    match flaw {
        Flaw::IntermediateNoBc => draft.remove_extension(BASIC_CONSTRAINTS),
        Flaw::IntermediateNoBcNoKu => {
            draft.remove_extension(BASIC_CONSTRAINTS);
            draft.remove_extension(KEY_USAGE);
        }
        Flaw::IntermediateNoCertsign => {
            draft.set_extension(KEY_USAGE, true, asn1::named_bits(0b1000_0000));
        }
        Flaw::IntermediateBcNoncritical => {
            if let Some(constraints) = draft.extension(BASIC_CONSTRAINTS) {
                constraints.critical = Vec::new();
            }
        }
        Flaw::IntermediateEku => {
            let client = asn1::sequence([certificate::key_purpose(2)]);
            draft.set_extension(EXTENDED_KEY_USAGE, false, client);
        }
        Flaw::IntermediateUnknownCritical => draft.add_extension(super::unknown(true, 0)),
        Flaw::NameConstraintsExcluded => constrain(draft, 1, &[dns(domain)]),
        Flaw::NameConstraintsLeadingDot => constrain(draft, 0, &[dns(&format!(".{domain}"))]),
        Flaw::NameConstraintsPermitted => constrain(draft, 0, &[dns("allowed.test")]),
        Flaw::PolicyRequired => {
            // requireExplicitPolicy, after no further certificate.
            let constraints = asn1::sequence([asn1::implicit(0, &[0])]);
            draft.set_extension(POLICY_CONSTRAINTS, true, constraints);
        }
        Flaw::V1Intermediate => {
            draft.version = Vec::new();
            draft.extensions = None;
        }
        _ => (),
    }
}

/// Limits what the authority right above the leaf may sign for, to what the leaf is for.
pub(crate) fn constrained(control: Control, draft: &mut Draft, name: &str) {
    match control {
        Control::NameConstraints => {
            let domain = name.split_once('.').map_or(name, |(_, domain)| domain);
            constrain(draft, 0, &[dns(domain)]);
        }
        Control::NameConstraintsIp => {
            // RFC 5280 §4.2.1.10: an address and a mask, both zero.
            let all = [asn1::implicit(7, &[0; 8]), asn1::implicit(7, &[0; 32])];
            constrain(draft, 1, &all);
        }
        _ => {}
    }
}

/// RFC 5280 §4.2.1.10: permittedSubtrees are choice 0, excludedSubtrees 1.
fn constrain(draft: &mut Draft, choice: u8, names: &[Vec<u8>]) {
    let trees: Vec<_> = names
        .iter()
        .map(|name| asn1::sequence([name.clone()]))
        .collect();
    let content = asn1::sequence([asn1::context(choice, &trees.concat())]);
    draft.set_extension(NAME_CONSTRAINTS, true, content);
}

fn dns(name: &str) -> Vec<u8> {
    asn1::implicit(2, name.as_bytes())
}
