use std::process::ExitCode;

fn main() -> ExitCode {
    match upline::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("upline: {error:#}");
            ExitCode::FAILURE
        }
    }
}
