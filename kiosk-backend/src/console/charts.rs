//! Pictures of figures, drawn on the server as SVG: no script, no inline style, each number also in a table beside it.

use std::fmt::Write as _;

use hall_domain::figures::statistics::{ClockFigure, Day, LockerUse};

use super::labels::cell_class;
use super::words::Lang;

/// Size of the drawing; the page scales it.
const WIDTH: u32 = 1100;

fn text(out: &mut String, at: (f64, f64), anchor: &str, class: &str, says: &str) {
    let says = says.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let (x, y) = at;
    // Writing to a String cannot fail.
    let _ = write!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" class=\"{class}\">{says}</text>");
}

fn bar(out: &mut String, at: (f64, f64), size: (f64, f64), class: &str, title: &str) {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let ((x, y), (width, height)) = (at, size);
    let _ = write!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" class=\"{class}\"><title>{title}</title></rect>"
    );
}

fn begin(height: u32, label: &str) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" class=\"chart\" role=\"img\" aria-label=\"{label}\">")
}

/// The next larger number that makes four even steps.
fn top_of(most: u32) -> u32 {
    let step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2500, 5000, 10_000, 50_000, 100_000];
    let step = step.into_iter().find(|step| step * 4 >= most).unwrap_or(most.div_ceil(4).max(1));
    step * 4
}

/// Columns for each day: what came, and what was decided.
pub(super) fn volume(lang: Lang, days: &[Day]) -> String {
    const HEIGHT: u32 = 240;
    let (left, top, right, bottom) = (44.0, 12.0, f64::from(WIDTH) - 8.0, 204.0);
    let most = days.iter().map(|day| day.came.max(day.decided)).max().unwrap_or(0);
    let highest = top_of(most.max(1));
    let mut out = begin(HEIGHT, lang.t("每日存件与办结", "Deposits and decisions a day"));
    for step in 0..=4 {
        let value = highest / 4 * step;
        let y = bottom - (bottom - top) * f64::from(step) / 4.0;
        let _ = write!(out, "<line x1=\"{left}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\" class=\"grid\"/>");
        text(&mut out, (left - 8.0, y + 4.0), "end", "axis", &value.to_string());
    }
    let count = u32::try_from(days.len()).unwrap_or(1).max(1);
    let room = (right - left) / f64::from(count);
    let every = count.div_ceil(10);
    for (n, day) in (0_u32..).zip(days) {
        let x = left + room * f64::from(n);
        let says = |what: &str, value: u32| format!("{} {what} {value}", day.date);
        for (place, value, class, what) in
            [(0.12, day.came, "came", lang.t("存件", "came")), (0.5, day.decided, "decided", lang.t("办结", "decided"))]
        {
            let height = (bottom - top) * f64::from(value) / f64::from(highest);
            bar(&mut out, (x + room * place, bottom - height), (room * 0.36, height), class, &says(what, value));
        }
        if n % every == 0 {
            let label = format!("{}-{}", day.date.month(), day.date.day());
            text(&mut out, (x + room / 2.0, bottom + 18.0), "middle", "axis", &label);
        }
    }
    out.push_str("</svg>");
    out
}

/// A bar for each clock: which share ended in time.
pub(super) fn clocks(lang: Lang, figures: &[ClockFigure]) -> String {
    const ROW: u32 = 44;
    let height = u32::try_from(figures.len()).unwrap_or(1) * ROW + 8;
    let (left, width) = (132.0, f64::from(WIDTH) - 140.0);
    let mut out = begin(height, lang.t("各时限按期率", "Share in time, by clock"));
    for (n, one) in (0_u32..).zip(figures) {
        let y = f64::from(n * ROW) + 8.0;
        let share = f64::from(one.in_time) / f64::from(one.ended.max(1));
        text(&mut out, (left - 10.0, y + 19.0), "end", "name", lang.pair(one.kind.words()));
        bar(&mut out, (left, y), (width, 28.0), "whole", "");
        bar(&mut out, (left, y), (width * share, 28.0), if one.in_time == one.ended { "good" } else { "some" }, "");
        let says = match lang {
            Lang::ZH => format!(
                "按期 {} / {}，中位 {} 日，限期 {} 日",
                one.in_time, one.ended, one.median_used, one.median_limit
            ),
            Lang::EN => format!(
                "{} of {} in time, median {} of {} days",
                one.in_time, one.ended, one.median_used, one.median_limit
            ),
        };
        text(&mut out, (left + 10.0, y + 19.0), "start", "inside", &says);
    }
    out.push_str("</svg>");
    out
}

/// A bar for each terminal: how many boxes are in each state.
pub(super) fn lockers(lang: Lang, all: &[LockerUse]) -> String {
    const ROW: u32 = 44;
    let height = u32::try_from(all.len()).unwrap_or(1) * ROW + 8;
    let (left, width) = (132.0, f64::from(WIDTH) - 140.0);
    let mut out = begin(height, lang.t("各终端柜子使用", "Boxes of each terminal"));
    for (n, one) in (0_u32..).zip(all) {
        let y = f64::from(n * ROW) + 8.0;
        let whole: u32 = one.boxes.iter().map(|(_, count)| count).sum();
        let name: String = one.name.chars().take(8).collect();
        text(&mut out, (left - 10.0, y + 19.0), "end", "name", &name);
        let mut x = left;
        for (state, count) in &one.boxes {
            let part = width * f64::from(*count) / f64::from(whole.max(1));
            bar(&mut out, (x, y), (part, 28.0), cell_class(state), &format!("{} {count}", lang.compartment(state)));
            if part > 34.0 {
                let says = format!("{} {count}", lang.letter(state));
                text(&mut out, (x + part / 2.0, y + 19.0), "middle", "inside", &says);
            }
            x += part;
        }
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_no_style_and_hostile_names_stay_text() {
        use kiosk_wire::kiosk_api::CompartmentState as S;
        let drawn =
            lockers(Lang::ZH, &[LockerUse { name: "<b>\"1&".into(), boxes: vec![(S::Free, 3), (S::Paper, 1)] }]);
        assert!(!drawn.contains("style=") && !drawn.contains("<b>"), "{drawn}");
        assert_eq!(drawn.matches("<rect").count(), 2);
        assert!(volume(Lang::ZH, &[]).ends_with("</svg>"));
    }

    #[test]
    fn the_scale_covers_what_is_drawn_in_even_steps() {
        for most in [1, 3, 4, 5, 9, 41, 999, 123_456] {
            let top = top_of(most);
            assert!(top >= most && top.is_multiple_of(4), "{most} {top}");
        }
    }
}
