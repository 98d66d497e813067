use std::process::ExitCode;

fn main() -> ExitCode {
    upline::cli::run()
}
