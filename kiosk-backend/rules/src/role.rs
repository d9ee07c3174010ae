//! Who of the staff may do what: one table. Pages, paths and use cases all ask it.
//!
//! Steps of a case are the business of the case's own table ([`crate::case::TRANSITIONS`]), which names parties; here
//! stands as which parties a role acts.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::case::Party;
use crate::case::words::words;

words! {
    /// What a member of staff is.
    Role, "role";
    /// Works the cases of their windows.
    Clerk = "clerk", "窗口人员", "clerk";
    /// Leads a window: also takes over, opens doors from the desk, and sees every window.
    Chief = "chief", "负责人", "chief";
    /// Decides cases of their windows.
    Approver = "approver", "审批人", "approver";
    /// Watches over every window, and lets a second round of corrections be asked for.
    Supervisor = "supervisor", "督查", "supervisor";
    /// Manages accounts and windows; sees no case.
    Administrator = "administrator", "管理员", "administrator";
    /// Keeps the terminals well; sees no case.
    Technician = "technician", "维护人员", "technician";
}

words! {
    /// Something that a role may do.
    Right, "right";
    /// See cases of their windows: inbox, search, pages, notices.
    SeeCases = "see_cases", "查看本窗口办件（收件箱、查找、文书）", "see cases of their windows";
    /// See cases of every window.
    SeeEveryWindow = "see_every_window", "查看所有窗口的办件", "see cases of every window";
    /// Take the steps that the case's table gives to their party.
    TakeSteps = "take_steps", "按办件流程表办理本岗位的步骤", "take the steps of their post in a case";
    /// Claim cases for a while, so that nobody else acts on them.
    ClaimCases = "claim_cases", "认领办件", "claim cases";
    /// Take a case or a box from the colleague who holds it.
    TakeOver = "take_over", "接手同事认领的办件或取件", "take over from a colleague";
    /// Collect, affirm empty, settle doubtful deposits.
    HandleBoxes = "handle_boxes", "去取件、确认取空、核实存件", "collect from boxes and settle doubtful deposits";
    /// Open a door from the desk.
    OpenFromDesk = "open_from_desk", "从桌面立即开柜", "open a box from the desk";
    /// Have an applicant's number or phone shown in full.
    RevealPersonal = "reveal_personal", "查看完整证件号码和电话", "have a number or phone shown in full";
    /// Put a case into the green channel (绿色通道), and take it out.
    GreenChannel = "green_channel", "转入、退出绿色通道", "put a case into the green channel";
    /// Take the archive of a closed case out as one file.
    ExportCases = "export_cases", "导出已办结办件的归档包", "take out the archive of a closed case";
    /// See terminals and boxes.
    SeeTerminals = "see_terminals", "查看终端与柜", "see terminals and boxes";
    /// Put a box that was out of service to use again.
    ReturnBoxes = "return_boxes", "恢复停用的柜子", "return a box to service";
    /// Deal with entries that were set aside.
    SettleEntries = "settle_entries", "处理待处理记录", "deal with entries set aside";
    /// Read the audit.
    SeeAudit = "see_audit", "查看审计", "read the audit";
    /// Supervise: what is late in every window, and statistics.
    Supervise = "supervise", "督办与统计", "supervision and statistics";
    /// Import the working days of a year.
    ImportCalendar = "import_calendar", "导入工作日历", "import the working days of a year";
    ManageAccounts = "manage_accounts", "管理账号", "manage accounts";
}

use Role as R;

/// The table.
pub const RIGHTS: &[(Right, &[Role])] = &[
    (Right::SeeCases, &[R::Clerk, R::Chief, R::Approver, R::Supervisor]),
    (Right::SeeEveryWindow, &[R::Chief, R::Supervisor]),
    (Right::TakeSteps, &[R::Clerk, R::Chief, R::Approver, R::Supervisor]),
    (Right::ClaimCases, &[R::Clerk, R::Chief, R::Approver]),
    (Right::TakeOver, &[R::Chief]),
    (Right::HandleBoxes, &[R::Clerk, R::Chief]),
    (Right::OpenFromDesk, &[R::Chief]),
    (Right::RevealPersonal, &[R::Clerk, R::Chief, R::Approver]),
    (Right::GreenChannel, &[R::Chief]),
    (Right::ExportCases, &[R::Chief]),
    (Right::SeeTerminals, &[R::Clerk, R::Chief, R::Supervisor, R::Administrator, R::Technician]),
    (Right::ReturnBoxes, &[R::Clerk, R::Chief, R::Technician]),
    (Right::SettleEntries, &[R::Chief, R::Technician]),
    (Right::SeeAudit, &[R::Chief, R::Supervisor]),
    (Right::Supervise, &[R::Chief, R::Supervisor]),
    (Right::ImportCalendar, &[R::Chief, R::Administrator]),
    (Right::ManageAccounts, &[R::Administrator]),
];

impl Role {
    /// Whether the table gives it this right.
    pub fn may(self, right: Right) -> bool {
        RIGHTS.iter().any(|(one, roles)| *one == right && roles.contains(&self))
    }

    /// As which parties of the case's table it acts. A chief may all that a clerk may.
    pub fn parties(self) -> &'static [Party] {
        match self {
            Self::Clerk => &[Party::Clerk],
            Self::Chief => &[Party::Clerk, Party::Chief],
            Self::Approver => &[Party::Approver],
            Self::Supervisor => &[Party::Supervisor],
            Self::Administrator | Self::Technician => &[],
        }
    }
}

/// The table as people read it, for `docs/staff.md`.
pub fn rights_as_table() -> String {
    let mut out = String::from("| |");
    for role in Role::ALL {
        // Writing to a String cannot fail.
        let _ = write!(out, " {} `{}` |", role.words().0, role.code());
    }
    out.push_str("\n|---|");
    out.push_str(&"---|".repeat(Role::ALL.len()));
    for (right, roles) in RIGHTS {
        let _ = write!(out, "\n| {} `{}` |", right.words().0, right.code());
        for role in Role::ALL {
            out.push_str(if roles.contains(role) { " ✓ |" } else { " |" });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::TRANSITIONS;

    #[test]
    fn every_right_stands_once_in_the_table_and_somebody_has_it() {
        for right in Right::ALL {
            let rows: Vec<_> = RIGHTS.iter().filter(|(one, _)| one == right).collect();
            assert_eq!(rows.len(), 1, "{}", right.code());
            assert!(!rows.iter().any(|(_, roles)| roles.is_empty()), "{}", right.code());
        }
    }

    #[test]
    fn whoever_manages_machines_or_accounts_sees_no_case() {
        for role in [Role::Administrator, Role::Technician] {
            let cases = [Right::SeeCases, Right::SeeEveryWindow, Right::TakeSteps, Right::RevealPersonal];
            assert!(!cases.into_iter().any(|right| role.may(right)), "{}", role.code());
            assert!(role.parties().is_empty());
        }
    }

    #[test]
    fn rights_that_rest_on_seeing_cases_come_with_it() {
        for role in Role::ALL {
            for right in [
                Right::SeeEveryWindow,
                Right::TakeSteps,
                Right::ClaimCases,
                Right::HandleBoxes,
                Right::TakeOver,
                Right::GreenChannel,
                Right::ExportCases,
            ] {
                assert!(!role.may(right) || role.may(Right::SeeCases), "{} {}", role.code(), right.code());
            }
            assert_eq!(role.may(Right::TakeSteps), !role.parties().is_empty(), "{}", role.code());
        }
    }

    #[test]
    fn decisions_are_the_approvers_and_the_chiefs_unless_the_hall_says_otherwise() {
        use crate::CaseEvent as E;
        for row in TRANSITIONS {
            let decision = matches!(row.event, E::Granted | E::Denied | E::Extended | E::Recalled | E::Revoked);
            assert_eq!(row.staff_may(Role::Approver, true), decision, "{}", row.event.code());
            if decision {
                assert!(row.staff_may(Role::Chief, true) && !row.staff_may(Role::Chief, false), "{}", row.event.code());
                assert!(!row.staff_may(Role::Clerk, true), "{}", row.event.code());
            }
            assert_eq!(row.staff_may(Role::Supervisor, true), row.event == E::CorrectionAskedAgain);
            assert!(!row.staff_may(Role::Administrator, true) && !row.staff_may(Role::Technician, true));
        }
    }
}
