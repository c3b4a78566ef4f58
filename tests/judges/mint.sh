#!/bin/sh
# Mints twenty servers' certificates with the openssl command line, into the current directory:
# NAME.leaf, NAME.chain (what is sent behind it), NAME.key; and what is trusted, roots.pem.
set -eu

cat > ca.cnf <<'CNF'
[ca]
default_ca = us
[us]
database = index
new_certs_dir = .
serial = serial
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = optional
[req]
distinguished_name = name
[name]
CNF
: > index
echo 1000 > serial

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }
rsa() { openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -out "$1.key"; }

# root NAME CN: a self-signed authority
root() {
    key "$1"
    openssl req -x509 -new -config ca.cnf -key "$1.key" -subj "/CN=$2" -days 3650 -out "$1.crt" \
        -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign,cRLSign \
        -addext subjectKeyIdentifier=hash
}

# signed NAME CN ISSUER EXTENSIONS [FROM TO [DIGEST]]: a certificate of a key that is there
signed() {
    openssl req -new -config ca.cnf -key "$1.key" -subj "/CN=$2" -out "$1.csr"
    printf '[x]\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n%b\n' "$4" > "$1.ext"
    openssl ca -batch -notext -config ca.cnf -cert "$3.crt" -keyfile "$3.key" -md "${7:-sha256}" \
        -in "$1.csr" -extfile "$1.ext" -extensions x -out "$1.crt" \
        -startdate "${5:-20200101000000Z}" -enddate "${6:-20401231235959Z}"
}

CA='basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign'
END='basicConstraints=CA:false\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth'
SAN='subjectAltName=DNS:mx.example.test'

root root 'Trusted Root'
root other 'Untrusted Root'
key between; signed between 'Issuing CA' root "$CA\nbasicConstraints=critical,CA:true,pathlen:0"
key other-between; signed other-between 'Untrusted Issuing CA' other "$CA"
cp root.crt roots.pem

# send NAME CERTIFICATE…: what the server presents
send() {
    name=$1; cp "$2.crt" "$1.leaf"; shift 2
    : > "$name.chain"; for one in "$@"; do cat "$one.crt" >> "$name.chain"; done
}
# leaf NAME EXTENSIONS [FROM TO [DIGEST]]: below the issuing authority, sent with it
leaf() {
    name=$1; extensions=$2; shift 2
    [ -f "$name.key" ] || key "$name"
    signed "$name" "${CN:-mx.example.test}" "${BY:-between}" "$extensions" "$@"
    send "$name" "$name" "${BY:-between}"
}

PAST='20200101000000Z 20210101000000Z'
leaf good "$END\n$SAN"
rsa good-rsa 2048; leaf good-rsa "$END\n$SAN"
leaf wildcard "$END\nsubjectAltName=DNS:*.example.test"
leaf common-name-only "$END"
# shellcheck disable=SC2086
leaf expired "$END\n$SAN" $PAST
leaf not-yet-valid "$END\n$SAN" 20390101000000Z 20401231235959Z
leaf wrong-name "$END\nsubjectAltName=DNS:www.example.test"
# shellcheck disable=SC2086
CN=www.example.test leaf expired-and-wrong-name "$END\nsubjectAltName=DNS:www.example.test" $PAST
leaf for-clients "basicConstraints=CA:false\nextendedKeyUsage=clientAuth\n$SAN"
leaf unknown-critical "$END\n$SAN\n1.2.3.4=critical,ASN1:NULL"
rsa short-key 1024; leaf short-key "$END\n$SAN"
leaf sha1 "$END\n$SAN" 20200101000000Z 20401231235959Z sha1
leaf missing-intermediate "$END\n$SAN"; send missing-intermediate missing-intermediate
# shellcheck disable=SC2086
leaf expired-and-missing "$END\n$SAN" $PAST; send expired-and-missing expired-and-missing
BY=other-between leaf untrusted "$END\n$SAN"
BY=other-between leaf untrusted-root-sent "$END\n$SAN"
send untrusted-root-sent untrusted-root-sent other-between other

key self-signed; openssl req -x509 -new -config ca.cnf -key self-signed.key -subj /CN=mx.example.test -days 365 -addext "$SAN" -out self-signed.crt
send self-signed self-signed
key no-ca; signed no-ca 'No CA' root "$END"; BY=no-ca leaf issuer-is-no-ca "$END\n$SAN"
key too-long; signed too-long 'Below' between "$CA"; BY=too-long leaf path-too-long "$END\n$SAN"
send path-too-long path-too-long too-long between
# shellcheck disable=SC2086
key old; signed old 'Old CA' root "$CA" $PAST; BY=old leaf expired-intermediate "$END\n$SAN"
key narrow; signed narrow 'Narrow CA' root "$CA\nnameConstraints=critical,permitted;DNS:elsewhere.test"
BY=narrow leaf constrained "$END\n$SAN"
key no-sign; signed no-sign 'May not sign' root 'basicConstraints=critical,CA:true\nkeyUsage=critical,cRLSign'
BY=no-sign leaf issuer-may-not-sign "$END\n$SAN"
