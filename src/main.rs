use std::process::ExitCode;

/// Answers are made of very many small strings; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    upline::cli::run()
}
