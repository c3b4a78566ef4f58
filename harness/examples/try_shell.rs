use mailfault::cast::{Cast, Stage};
use mailfault::shell::{Shell, Transcript};
use std::io::{BufRead, Write};
use std::sync::Arc;
fn main() {
    let name = std::env::args().nth(1).unwrap();
    let stage = Arc::new(Stage::open(Cast::named(&name).unwrap(), |p| p).unwrap());
    stage.catch_up();
    let mut shell = Shell::open(stage);
    let mut begun = String::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        begun = if begun.is_empty() {
            line
        } else {
            format!("{begun}\n{line}")
        };
        if Shell::is_incomplete(&begun) {
            continue;
        }
        println!("{}{begun}", shell.prompt());
        let mut t = Transcript::new();
        shell.run(&begun, &mut t);
        println!("{}", t.text());
        begun.clear();
    }
    std::io::stdout().flush().unwrap();
}
