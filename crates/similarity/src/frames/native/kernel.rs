//! Kernel failures: KASAN, BUG, panic, oops. Of frames it knows only where an oops says that the kernel was.

use super::headers::capitalised;
use super::report::Report;
use super::systems;

pub(super) fn announces(text: &str) -> bool {
    text.contains("BUG: KASAN: ")
        || text.contains("kernel BUG at ")
        || text.contains("Kernel panic - not syncing: ")
        || text.contains("BUG: unable to handle ")
        || text.contains("Unable to handle kernel ")
}

pub(super) fn feed(report: &mut Report, text: &str) {
    if let Some((_, what)) = text.split_once("BUG: KASAN: ") {
        let kind = what.split(" in ").next().unwrap_or(what);
        let kind = kind.split(" on ").next().unwrap_or(kind);
        begin(report, &capitalised(&kind.trim().replace(' ', "-")));
    } else if let Some((_, place)) = text.split_once("kernel BUG at ") {
        begin(report, &capitalised(&line_masked(place.trim()).replace(' ', "-")));
    } else if let Some((_, words)) = text.split_once("Kernel panic - not syncing: ") {
        if !report.kernel {
            begin(report, &words.trim().replace(' ', "-"));
        }
    } else if text.contains("Unable to handle kernel NULL pointer") || text.contains("BUG: unable to handle")
    {
        if !report.kernel {
            begin(report, "Null-pointer-dereference");
        }
    } else if text.contains("general protection fault") && text.contains("KASAN") && !report.kernel {
        begin(report, "General-protection-fault");
    } else if text.contains("Internal error: Oops") && !report.kernel {
        begin(report, "BUG");
    }
    if report.kernel {
        access(report, text);
        pointer(report, text);
    }
}

/// The call trace of an oops begins with the caller of the function that failed. A BUG names its own place in its type.
fn pointer(report: &mut Report, text: &str) {
    let oops = ["Null-pointer-dereference", "General-protection-fault", "BUG"];
    if !report.has_state()
        && oops.iter().any(|kind| report.kind.ends_with(kind))
        && let Some(found) = systems::kernel_pointer(text)
    {
        report.push(found);
    }
}

fn begin(report: &mut Report, what: &str) {
    report.restart(&format!("Kernel failure\n{what}"));
    report.kernel = true;
}

/// `timer.c:1147!` → `timer.c:{*}!`: the line moves with every release.
fn line_masked(place: &str) -> String {
    match place.rsplit_once(':') {
        Some((file, line)) if line.trim_end_matches('!').bytes().all(|b| b.is_ascii_digit()) => {
            format!("{file}:{{*}}{}", if line.ends_with('!') { "!" } else { "" })
        }
        _ => place.to_owned(),
    }
}

/// `Write of size 4 by task …` below a KASAN header.
fn access(report: &mut Report, text: &str) {
    let start = text.split("] ").last().unwrap_or(text).trim_start();
    let Some((way, rest)) = start.split_once(" of size ") else { return };
    if !matches!(way, "Read" | "Write") || report.kind.matches('\n').count() > 1 {
        return;
    }
    let size = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
    report.rename(&format!("{}\n{} {size}", report.kind, way.to_ascii_uppercase()));
}
