//! The compartments as this visit knows them, and which one to take.

use hall_rules::catalogue::SizeHint;
use kiosk_wire::kiosk_api::DoorState;
use kiosk_wire::{CompartmentNo, HallSettings};

use crate::input::Compartment;
use crate::view::{BoxSizeRow, CabinetCell};

/// All compartments, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cabinet {
    compartments: Vec<Compartment>,
    /// Their size classes, smallest first.
    sizes: Vec<String>,
}

impl Cabinet {
    /// Replaces what is known; sizes are in the hall's order.
    pub(crate) fn replace(&mut self, mut compartments: Vec<Compartment>, hall: &HallSettings) {
        compartments.sort_by_key(|compartment| compartment.no);
        self.sizes = compartments.iter().map(|compartment| compartment.size.clone()).collect();
        self.compartments = compartments;
        self.order(hall);
    }

    /// The hall's order of sizes.
    pub(crate) fn order(&mut self, hall: &HallSettings) {
        self.sizes.sort_by_cached_key(|size| (hall.rank(size), size.clone()));
        self.sizes.dedup();
    }

    /// A door's sensor changed.
    pub(crate) fn seen(&mut self, no: CompartmentNo, state: DoorState) {
        if let Some(compartment) = self.compartments.iter_mut().find(|compartment| compartment.no == no) {
            compartment.door = state;
        }
    }

    /// Doors seen open.
    pub(crate) fn open_doors(&self) -> Vec<CompartmentNo> {
        self.compartments.iter().filter(|c| c.door == DoorState::Open).map(|c| c.no).collect()
    }

    /// What may be offered: certainly empty and seen closed.
    fn offered(&self) -> impl Iterator<Item = &Compartment> {
        self.compartments.iter().filter(|c| c.free && c.door == DoorState::Closed)
    }

    /// How many may be offered.
    pub(crate) fn free(&self) -> u16 {
        u16::try_from(self.offered().count()).unwrap_or(u16::MAX)
    }

    /// The size class that suits an item's paper.
    pub(crate) fn size_for(&self, hint: SizeHint) -> Option<&str> {
        let named = |name: &str| self.sizes.iter().find(|size| size.eq_ignore_ascii_case(name));
        let size = match hint {
            SizeHint::Envelope => named("envelope").or_else(|| self.sizes.first()),
            SizeHint::A4 => named("A4").or_else(|| self.sizes.get(self.sizes.len() / 2)),
            SizeHint::Large => named("large").or_else(|| self.sizes.last()),
        };
        size.map(String::as_str)
    }

    /// The free box to take: of this size, else the next larger, else the next smaller; the lowest number of its
    /// size. None of `without`.
    pub(crate) fn pick(&self, size: &str, without: &[CompartmentNo]) -> Option<CompartmentNo> {
        let wanted = self.rank(size);
        self.offered()
            .filter(|c| !without.contains(&c.no))
            .min_by_key(|c| {
                let rank = self.rank(&c.size);
                (rank < wanted, rank.abs_diff(wanted), c.no)
            })
            .map(|c| c.no)
    }

    /// A free box of a larger size than that of box `than`.
    pub(crate) fn pick_larger(&self, than: CompartmentNo, without: &[CompartmentNo]) -> Option<CompartmentNo> {
        let size = &self.compartments.iter().find(|c| c.no == than)?.size;
        let least = self.rank(size) + 1;
        self.offered()
            .filter(|c| !without.contains(&c.no) && self.rank(&c.size) >= least)
            .min_by_key(|c| (self.rank(&c.size), c.no))
            .map(|c| c.no)
    }

    /// The size of a box.
    pub(crate) fn size_of(&self, no: CompartmentNo) -> Option<&str> {
        self.compartments.iter().find(|c| c.no == no).map(|c| c.size.as_str())
    }

    /// Sizes of which a box is free.
    pub(crate) fn size_rows(&self, chosen: &str) -> Vec<BoxSizeRow> {
        let free = |size: &str| self.offered().filter(|c| c.size == size).count();
        self.sizes
            .iter()
            .map(|size| BoxSizeRow {
                id: size.clone(),
                free: u16::try_from(free(size)).unwrap_or(u16::MAX),
                chosen: size == chosen,
            })
            .filter(|row| row.free > 0)
            .collect()
    }

    /// For the picture.
    pub(crate) fn cells(&self) -> Vec<CabinetCell> {
        self.compartments.iter().map(|c| CabinetCell { no: c.no.0, size: c.size.clone() }).collect()
    }

    fn rank(&self, size: &str) -> usize {
        self.sizes.iter().position(|known| known == size).unwrap_or(self.sizes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compartment(no: u16, size: &str, free: bool, door: DoorState) -> Compartment {
        Compartment { no: CompartmentNo(no), size: size.into(), free, door }
    }

    fn cabinet() -> Cabinet {
        let mut cabinet = Cabinet::default();
        let compartments = vec![
            compartment(5, "large", true, DoorState::Closed),
            compartment(4, "A4", true, DoorState::Closed),
            compartment(3, "A4", true, DoorState::Open),
            compartment(2, "A4", false, DoorState::Closed),
            compartment(1, "envelope", true, DoorState::Closed),
        ];
        cabinet.replace(compartments, &HallSettings::default());
        cabinet
    }

    #[test]
    fn the_lowest_free_and_shut_box_of_the_size() {
        let cabinet = cabinet();
        assert_eq!(cabinet.pick("A4", &[]), Some(CompartmentNo(4)), "2 is taken, 3 stands open");
        assert_eq!(cabinet.pick("A4", &[CompartmentNo(4)]), Some(CompartmentNo(5)), "larger before smaller");
        assert_eq!(cabinet.pick("A4", &[CompartmentNo(4), CompartmentNo(5)]), Some(CompartmentNo(1)));
        assert_eq!(cabinet.pick("A4", &[CompartmentNo(1), CompartmentNo(4), CompartmentNo(5)]), None);
        assert_eq!(cabinet.pick_larger(CompartmentNo(4), &[]), Some(CompartmentNo(5)));
        assert_eq!(cabinet.pick_larger(CompartmentNo(5), &[]), None);
        assert_eq!(cabinet.free(), 3);
    }

    #[test]
    fn sizes_by_name_or_by_place() {
        let cabinet = cabinet();
        assert_eq!(cabinet.size_for(SizeHint::A4), Some("A4"));
        let mut odd = Cabinet::default();
        let sizes = ["L", "M", "S"].into_iter().zip(1..);
        let all = sizes.map(|(size, no)| compartment(no, size, true, DoorState::Closed)).collect();
        odd.replace(all, &HallSettings::default());
        assert_eq!(odd.size_for(SizeHint::Envelope), Some("L"), "nobody told what is small");
        let told = ["s", "m", "l"].map(String::from).into();
        odd.order(&HallSettings { box_sizes: told, ..HallSettings::default() });
        assert_eq!(odd.size_for(SizeHint::Envelope), Some("S"));
        assert_eq!(odd.size_for(SizeHint::A4), Some("M"));
        assert_eq!(odd.size_for(SizeHint::Large), Some("L"));
        assert_eq!(odd.pick("M", &[CompartmentNo(2)]), Some(CompartmentNo(1)), "larger before smaller");
        assert_eq!(Cabinet::default().size_for(SizeHint::A4), None);
    }
}
