//! Prints docs/states.md. Called by `cargo xtask states`.

#[expect(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() {
    print!("{}", signalbox_domain::states::all_diagrams());
}
