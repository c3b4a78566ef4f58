//! `mailfault completions` and `mailfault man`: what can be typed, for shells and for `man`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::arguments::Mailfault;
use crate::error::{Ended, Error};
use crate::output;

/// Print the completions of a shell, to be read in by it
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault completions bash > ~/.local/share/bash-completion/completions/mailfault
  mailfault completions fish > ~/.config/fish/completions/mailfault.fish")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

pub(crate) fn completions(arguments: &Completions) -> Result<Ended, Error> {
    let mut text = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Mailfault::command(),
        "mailfault",
        &mut text,
    );
    print(&text)
}

/// Print the manual page of the command, or of one of its verbs
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault man > ~/.local/share/man/man1/mailfault.1
  mailfault man audit | man -l -")]
pub(crate) struct Manual {
    /// The verb
    #[arg(value_name = "VERB")]
    verb: Option<String>,
}

pub(crate) fn man(arguments: &Manual) -> Result<Ended, Error> {
    let mut command = Mailfault::command();
    command.build();
    let page = match &arguments.verb {
        None => Man::new(command),
        Some(verb) => {
            let known = command
                .get_subcommands()
                .map(|one| one.get_name().to_owned());
            let known: Vec<String> = known.collect();
            let Some(verb) = command.find_subcommand(verb) else {
                let hint = format!("there is {}", known.join(", "));
                return Err(Error::new(format!("unknown verb `{verb}`")).hint(hint));
            };
            Man::new(verb.clone())
        }
    };
    let mut text = Vec::new();
    page.render(&mut text)?;
    print(&text)
}

fn print(text: &[u8]) -> Result<Ended, Error> {
    output::print(&String::from_utf8_lossy(text))?;
    Ok(Ended::AsExpected)
}
