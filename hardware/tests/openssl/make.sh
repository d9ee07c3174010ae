#!/bin/sh
# Makes what lies beside it, with OpenSSL 3: signatures over one data group as states write them, each with the certificate
# of the authority behind it, and master lists. Nobody's: the keys are thrown away. Run it in this folder; new keys make all
# files anew.
set -eu
here=$PWD
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

# Data group 1 with the specimen of ICAO Doc 9303-4, and the hash of it as it is signed (LDSSecurityObject).
lines='P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3204153ZE184226B<<<<<16'
printf 'a[_\037X%s' "$lines" > dg1
hash=$(openssl dgst -sha256 -r dg1 | cut -d' ' -f1)
cat > lds.cnf <<END
asn1 = SEQUENCE:object
[object]
version = INTEGER:0
algorithm = SEQUENCE:sha256
hashes = SEQUENCE:groups
[sha256]
name = OID:2.16.840.1.101.3.4.2.1
[groups]
one = SEQUENCE:group
[group]
number = INTEGER:1
hash = FORMAT:HEX,OCTETSTRING:$hash
END
openssl asn1parse -genconf lds.cnf -noout -out lds
cat > ca.cnf <<END
[req]
distinguished_name = name
string_mask = utf8only
[name]
[ca]
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[signer]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END

key() { # file, kind
    case $2 in
    rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1" ;;
    explicit-*) openssl ecparam -name "${2#explicit-}" -param_enc explicit -genkey -noout -out "$1" ;;
    *) openssl ecparam -name "$2" -genkey -noout -out "$1" ;;
    esac 2>/dev/null
}
# Options of a certificate's signature.
how() { if [ "$1" = pss ]; then echo '-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32'; fi; }

authority() { # name, kind of key, padding
    key "$1.ca.key" "$2"
    openssl req -new -x509 -config ca.cnf -extensions ca -key "$1.ca.key" -subj '/C=UT/O=Utopia/CN=Utopia CSCA' \
        -days 9000 $(how "$3") -out "$1.ca.pem"
    openssl x509 -in "$1.ca.pem" -outform DER -out "$here/$1.cer"
}
signer() { # name, kind of key, padding of the authority
    key "$1.key" "$2"
    openssl req -new -config ca.cnf -key "$1.key" -subj '/C=UT/CN=Document Signer' -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "$1.ca.pem" -CAkey "$1.ca.key" -set_serial 2 -days 9000 -sha256 $(how "$3") \
        -extfile ca.cnf -extensions signer -out "$1.pem" 2>/dev/null
}
sign() { # name, options
    name=$1
    shift
    openssl cms -sign -binary -nodetach -md sha256 -in lds -signer "$name.pem" -inkey "$name.key" -outform DER \
        -out "$here/$name.sod" "$@"
}
document() { # name, key of the authority, key of the signer, padding, options of the signature
    name=$1 padding=$4
    authority "$1" "$2" "$padding"
    signer "$1" "$3" "$padding"
    shift 4
    sign "$name" "$@"
}
icao='-econtent_type 2.23.136.1.1.1'
document id-data prime256v1 prime256v1 pkcs1
document ber prime256v1 prime256v1 pkcs1 $icao -stream
document ber-id-data prime256v1 prime256v1 pkcs1 -stream
document belgium prime256v1 prime256v1 pkcs1 -econtent_type 1.3.27.1.1.1
document netherlands prime256v1 prime256v1 pkcs1 -econtent_type 1.2.528.1.1006.1.20.1
document other-content prime256v1 prime256v1 pkcs1 -econtent_type 1.2.3.4
document key-identifier prime256v1 prime256v1 pkcs1 $icao -keyid
document no-attributes prime256v1 prime256v1 pkcs1 $icao -noattr
document no-certificate prime256v1 prime256v1 pkcs1 $icao -nocerts
document rsa rsa rsa pkcs1 $icao
document rsa-pss rsa rsa pss $icao -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32
document explicit explicit-secp384r1 explicit-brainpoolP256r1 pkcs1 $icao
document p192 prime192v1 prime192v1 pkcs1 $icao
document p224 secp224r1 secp224r1 pkcs1 $icao
document p521 secp521r1 secp521r1 pkcs1 $icao
document brainpool224 brainpoolP224r1 brainpoolP224r1 pkcs1 $icao
document brainpool320 brainpoolP320r1 brainpoolP320r1 pkcs1 $icao
document brainpool512 brainpoolP512r1 brainpoolP512r1 pkcs1 $icao
document unknown-curve prime256v1 secp256k1 pkcs1 $icao

# The authority's name in strings of another kind than the signer's certificate has, and in other letters.
authority strings prime256v1 pkcs1
signer strings prime256v1 pkcs1
sign strings $icao
sed 's/utf8only/default/' ca.cnf > printable.cnf
openssl req -new -x509 -config printable.cnf -extensions ca -key strings.ca.key -subj '/C=UT/O=UTOPIA/CN=Utopia  csca' \
    -days 9000 -outform DER -out "$here/strings.cer"

# A master list: an authority, its newer key, the certificate by which the older vouches for it, one whose curve nobody
# knows; signed by a signer of the first.
authority list-new explicit-prime256v1 pkcs1
openssl req -new -config ca.cnf -key list-new.ca.key -subj '/C=UT/O=Utopia/CN=Utopia CSCA' -out link.csr
openssl x509 -req -in link.csr -CA ber.ca.pem -CAkey ber.ca.key -set_serial 9 -days 9000 -extfile ca.cnf -extensions ca \
    -outform DER -out link.cer 2>/dev/null
authority list-unknown secp256k1 pkcs1
rm "$here/list-new.cer" "$here/list-unknown.cer"
openssl x509 -in ber.ca.pem -outform DER -out old.cer
openssl x509 -in list-new.ca.pem -outform DER -out new.cer
openssl x509 -in list-unknown.ca.pem -outform DER -out unknown.cer
length() { printf '\202'; printf "\\$(printf %o $(($1 / 256)))\\$(printf %o $(($1 % 256)))"; }
set=$(cat old.cer new.cer link.cer unknown.cer | wc -c)
{ printf '0'; length $((set + 7)); printf '\002\001\0001'; length "$set"; cat old.cer new.cer link.cer unknown.cer; } > list
openssl cms -sign -binary -nodetach -md sha256 -econtent_type 2.23.136.1.1.2 -in list -signer ber.pem -inkey ber.key \
    -outform DER -out "$here/vouched.ml"
openssl cms -sign -binary -nodetach -md sha256 -econtent_type 2.23.136.1.1.2 -in list -signer rsa.pem -inkey rsa.key \
    -stream -outform DER -out "$here/stranger.ml"
