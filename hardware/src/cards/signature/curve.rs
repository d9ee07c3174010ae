//! Elliptic curves over prime fields: signatures (ECDSA, FIPS 186-4, 6.4) and key agreement. Eleven curves are in use on
//! travel documents, and the libraries for single curves have half of them, so all are computed alike over big numbers.
//! Times depend on the numbers: fit for public ones, and for a secret that is used once.

use std::sync::LazyLock;

use num_bigint::BigUint;

use super::curves::{CURVES, Written};
use crate::cards::ber::{INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE};

/// A curve.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cards) struct Curve {
    pub(in crate::cards) name: &'static str,
    identifier: &'static [u8],
    p: BigUint,
    a: BigUint,
    b: BigUint,
    base: Point,
    /// Order of the base point.
    n: BigUint,
    /// Bytes of a coordinate.
    width: usize,
}

/// A point that is not the one at infinity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cards) struct Point {
    x: BigUint,
    y: BigUint,
}

/// X / Z², Y / Z³, so that nothing is divided on the way. Z of 0: at infinity.
#[derive(Clone)]
struct Jacobian {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

static ALL: LazyLock<Vec<Curve>> = LazyLock::new(|| CURVES.iter().filter_map(Curve::from_written).collect());

impl Curve {
    fn from_written(written: &Written) -> Option<Self> {
        let number = |digits: &str| BigUint::parse_bytes(digits.as_bytes(), 16);
        let p = number(written.p)?;
        let width = usize::try_from(p.bits().div_ceil(8)).ok()?;
        let base = Point { x: number(written.x)?, y: number(written.y)? };
        let (a, b, n) = (number(written.a)?, number(written.b)?, number(written.n)?);
        Some(Self { name: written.name, identifier: written.identifier, p, a, b, base, n, width })
    }

    /// The curve that the parameters of a key say (RFC 3279, 2.3.5): by its name, or written out. One that is written out
    /// must be one of those with a name: nobody vouches for others.
    pub(in crate::cards) fn from_parameters(parameters: &[u8]) -> Option<&'static Self> {
        let mut outer = Reader::new(parameters);
        if let Some(name) = outer.optional(OBJECT_IDENTIFIER) {
            return ALL.iter().find(|curve| curve.identifier == name.value);
        }
        let mut fields = Reader::new(outer.take(SEQUENCE)?.value);
        fields.take(INTEGER)?;
        let mut field = Reader::new(fields.take(SEQUENCE)?.value);
        field.take(OBJECT_IDENTIFIER)?;
        let p = number(field.take(INTEGER)?.value);
        let mut coefficients = Reader::new(fields.take(SEQUENCE)?.value);
        let a = number(coefficients.take(OCTET_STRING)?.value);
        let b = number(coefficients.take(OCTET_STRING)?.value);
        let base = fields.take(OCTET_STRING)?.value;
        let n = number(fields.take(INTEGER)?.value);
        ALL.iter().find(|curve| {
            curve.p == p
                && curve.a == a
                && curve.b == b
                && curve.n == n
                && curve.point(base).as_ref() == Some(&curve.base)
        })
    }

    /// The curve of this name, as `docs/hardware.md` writes it.
    pub(in crate::cards) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|curve| curve.name == name)
    }

    /// A point as SEC 1, 2.3.3 writes it, compressed or not. `None`: it is none, or not on the curve.
    pub(in crate::cards) fn point(&self, bytes: &[u8]) -> Option<Point> {
        let (form, coordinates) = bytes.split_first()?;
        let point = match form {
            0x04 if coordinates.len() == 2 * self.width => {
                let (x, y) = coordinates.split_at(self.width);
                Point { x: number(x), y: number(y) }
            }
            0x02 | 0x03 if coordinates.len() == self.width => {
                let x = number(coordinates);
                // A root that is quick to find; P-224 has none such, and nobody compresses points on it.
                let quick = (&self.p % 4u8 == BigUint::from(3u8)).then(|| (&self.p + 1u8) >> 2);
                let y = self.right_side(&x).modpow(&quick?, &self.p);
                let y = if y.bit(0) == (*form == 0x03) { y } else { &self.p - y };
                Point { x, y }
            }
            _ => return None,
        };
        (point.x < self.p && point.y < self.p && self.square(&point.y) == self.right_side(&point.x)).then_some(point)
    }

    /// x³ + ax + b.
    fn right_side(&self, x: &BigUint) -> BigUint {
        ((self.square(x) + &self.a) * x + &self.b) % &self.p
    }

    fn square(&self, number: &BigUint) -> BigUint {
        number * number % &self.p
    }

    fn minus(&self, one: &BigUint, other: &BigUint) -> BigUint {
        if one >= other { one - other } else { &self.p + one - other }
    }

    /// Whether (r, s) is this key's signature over a message with this hash.
    pub(in crate::cards) fn verify(&self, key: &Point, hash: &[u8], r: &BigUint, s: &BigUint) -> bool {
        let zero = BigUint::ZERO;
        if *r == zero || *s == zero || *r >= self.n || *s >= self.n {
            return false;
        }
        // As many bits of the hash as the order has.
        let longer = (hash.len() as u64 * 8).saturating_sub(self.n.bits());
        let e = number(hash) >> longer;
        let Some(w) = s.modinv(&self.n) else { return false };
        let (u, v) = (e * &w % &self.n, r * w % &self.n);
        let sum = self.sum_of_products((&u, &self.base), (&v, key));
        self.affine(&sum).is_some_and(|point| point.x % &self.n == *r)
    }

    /// u·P + v·Q, doubling once for both.
    fn sum_of_products(&self, (u, p): (&BigUint, &Point), (v, q): (&BigUint, &Point)) -> Jacobian {
        let (p, q) = (Jacobian::of(p), Jacobian::of(q));
        let both = self.add(&p, &q);
        let mut sum = Jacobian::infinity();
        for bit in (0..u.bits().max(v.bits())).rev() {
            sum = self.double(&sum);
            sum = match (u.bit(bit), v.bit(bit)) {
                (true, true) => self.add(&sum, &both),
                (true, false) => self.add(&sum, &p),
                (false, true) => self.add(&sum, &q),
                (false, false) => sum,
            };
        }
        sum
    }

    /// A key pair from random bytes, [`Curve::random_bytes`] of them: secret number and public point.
    pub(in crate::cards) fn key_pair(&self, random: &[u8]) -> Option<(BigUint, Point)> {
        // Eight bytes more than needed make the remainder even enough (FIPS 186-4, B.4.1).
        let secret = number(random) % (&self.n - 1u8) + 1u8;
        let public = self.times(&secret, &self.base)?;
        Some((secret, public))
    }

    /// How many bytes [`Curve::key_pair`] wants.
    pub(in crate::cards) fn random_bytes(&self) -> usize {
        self.width + 8
    }

    /// secret · point. `None`: at infinity.
    pub(in crate::cards) fn times(&self, secret: &BigUint, point: &Point) -> Option<Point> {
        self.affine(&self.sum_of_products((secret, point), (&BigUint::ZERO, &self.base)))
    }

    /// What two sides derive keys from: the x coordinate, in full width.
    pub(in crate::cards) fn shared(&self, point: &Point) -> Vec<u8> {
        padded(&point.x, self.width)
    }

    /// A point, uncompressed.
    pub(in crate::cards) fn encode(&self, point: &Point) -> Vec<u8> {
        [vec![0x04], padded(&point.x, self.width), padded(&point.y, self.width)].concat()
    }

    fn affine(&self, point: &Jacobian) -> Option<Point> {
        let inverse = point.z.modinv(&self.p).filter(|inverse| *inverse != BigUint::ZERO)?;
        let square = self.square(&inverse);
        Some(Point { x: &point.x * &square % &self.p, y: &point.y * (square * inverse % &self.p) % &self.p })
    }

    /// For any a.
    fn double(&self, point: &Jacobian) -> Jacobian {
        let p = &self.p;
        let yy = self.square(&point.y);
        let s = ((&point.x * &yy) << 2u8) % p;
        let m = (self.square(&point.x) * 3u8 + self.square(&self.square(&point.z)) * &self.a) % p;
        let x = self.minus(&self.square(&m), &((&s << 1u8) % p));
        let y = self.minus(&(m * self.minus(&s, &x) % p), &((self.square(&yy) << 3u8) % p));
        let z = ((&point.y * &point.z) << 1u8) % p;
        Jacobian { x, y, z }
    }

    fn add(&self, one: &Jacobian, other: &Jacobian) -> Jacobian {
        let p = &self.p;
        if one.z == BigUint::ZERO {
            return other.clone();
        }
        if other.z == BigUint::ZERO {
            return one.clone();
        }
        let (zz, other_zz) = (self.square(&one.z), self.square(&other.z));
        let (u, other_u) = (&one.x * &other_zz % p, &other.x * &zz % p);
        let (s, other_s) = (&one.y * &other.z * other_zz % p, &other.y * &one.z * zz % p);
        if u == other_u {
            return if s == other_s { self.double(one) } else { Jacobian::infinity() };
        }
        let (h, r) = (self.minus(&other_u, &u), self.minus(&other_s, &s));
        let hh = self.square(&h);
        let (hhh, v) = (&hh * &h % p, u * hh % p);
        let x = self.minus(&self.minus(&self.square(&r), &hhh), &((&v << 1u8) % p));
        let y = self.minus(&(r * self.minus(&v, &x) % p), &(s * hhh % p));
        Jacobian { x, y, z: &one.z * &other.z * h % p }
    }
}

impl Jacobian {
    fn of(point: &Point) -> Self {
        Self { x: point.x.clone(), y: point.y.clone(), z: BigUint::from(1u8) }
    }

    fn infinity() -> Self {
        Self { x: BigUint::from(1u8), y: BigUint::from(1u8), z: BigUint::ZERO }
    }
}

/// A number from its bytes, the first the heaviest.
pub(in crate::cards) fn number(bytes: &[u8]) -> BigUint {
    BigUint::from_bytes_be(bytes)
}

/// A number as bytes, as many as `width` at least.
pub(in crate::cards) fn padded(number: &BigUint, width: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; width.saturating_sub(bytes.len())], bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_has_its_base_point_and_its_order() {
        assert_eq!(ALL.len(), CURVES.len());
        for curve in ALL.iter() {
            let encoded = curve.encode(&curve.base);
            assert_eq!(curve.point(&encoded).as_ref(), Some(&curve.base), "{}", curve.name);
            // One less than the order gives the point on the other side, the order itself infinity.
            let last = curve.times(&(&curve.n - 1u8), &curve.base).unwrap();
            assert_eq!((&last.x, last.y), (&curve.base.x, &curve.p - &curve.base.y), "{}", curve.name);
            assert_eq!(curve.times(&curve.n, &curve.base), None, "{}", curve.name);
            let mut off = encoded;
            *off.last_mut().unwrap() ^= 1;
            assert_eq!(curve.point(&off), None);
            if curve.name != "P-224" {
                let compressed = [&[2 + u8::from(curve.base.y.bit(0))], curve.shared(&curve.base).as_slice()].concat();
                assert_eq!(curve.point(&compressed).as_ref(), Some(&curve.base), "{}", curve.name);
            }
        }
        assert_eq!(ALL[2].point(&[]), None);
    }

    /// RFC 6979, A.2.5, and RFC 6932, A.1: a signature, and a key agreed upon.
    #[test]
    fn published_signatures_and_secrets() {
        let hex = |digits: &str| BigUint::parse_bytes(digits.as_bytes(), 16).unwrap();
        let p256 = Curve::named("P-256").unwrap();
        let key = Point {
            x: hex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"),
            y: hex("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"),
        };
        let r = hex("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716");
        let s = hex("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
        let hash = dmrtd::auth::HashAlgo::Sha256.digest(b"sample");
        assert!(p256.verify(&key, &hash, &r, &s));
        assert!(!p256.verify(&key, &dmrtd::auth::HashAlgo::Sha256.digest(b"samplf"), &r, &s));
        assert!(!p256.verify(&key, &hash, &s, &r));
        for (r, s) in [(&BigUint::ZERO, &s), (&r, &BigUint::ZERO), (&p256.n, &s), (&r, &(&s + &p256.n))] {
            assert!(!p256.verify(&key, &hash, r, s));
        }

        let brainpool = Curve::named("brainpoolP256r1").unwrap();
        let ours = hex("041EB8B1E2BC681BCE8E39963B2E9FC415B05283313DD1A8BCC055F11AE49699");
        let theirs = hex("06F5240EACDB9837BC96D48274C8AA834B6C87BA9CC3EEDD81F99A16B8D804D3");
        let public = |secret| brainpool.times(secret, &brainpool.base).unwrap();
        assert_eq!(public(&ours).x, hex("78028496B5ECAAB3C8B6C12E45DB1E02C9E4D26B4113BC4F015F60C5CCC0D206"));
        let secret = brainpool.times(&ours, &public(&theirs)).unwrap();
        assert_eq!(secret.x, hex("05E940915549E9F6A4A75693716E37466ABA79B4BF2919877A16DD2CC2E23708"));
        assert_eq!(brainpool.times(&theirs, &public(&ours)), Some(secret));
    }
}
