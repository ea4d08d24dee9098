/** Distinguished names, between the project's shape and ASN.1. */
import type { CertificateName } from '@coinslot/protocol';
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from '@peculiar/asn1-x509';

const COUNTRY = '2.5.4.6';
const ORGANIZATION = '2.5.4.10';
const COMMON_NAME = '2.5.4.3';
const SERIAL_NUMBER = '2.5.4.5';

/**
 * The name in ASN.1, from the widest attribute to the narrowest. The string types are fixed, so that equal names have
 * equal bytes, which is how chains link.
 */
export function toAsn1Name({ commonName, organization, country, id }: CertificateName): Name {
  const parts: [string, AttributeValue | undefined][] = [
    [COUNTRY, country === undefined ? undefined : new AttributeValue({ printableString: country })],
    [ORGANIZATION, organization === undefined ? undefined : new AttributeValue({ utf8String: organization })],
    [COMMON_NAME, new AttributeValue({ utf8String: commonName })],
    [SERIAL_NUMBER, id === undefined ? undefined : new AttributeValue({ printableString: id })],
  ];
  return new Name(
    parts.flatMap(([type, value]) =>
      value ? [new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })])] : [],
    ),
  );
}

/** The name in a request; whether it may be certified is checked when the certificate is issued. */
export function fromAsn1Name(name: Name): CertificateName {
  const attributes = new Map(name.flatMap((part) => part.map(({ type, value }) => [type, value.toString()] as const)));
  const [id, organization, country] = [SERIAL_NUMBER, ORGANIZATION, COUNTRY].map((type) => attributes.get(type));
  return {
    commonName: attributes.get(COMMON_NAME) ?? '',
    ...(id === undefined ? {} : { id }),
    ...(organization === undefined ? {} : { organization }),
    ...(country === undefined ? {} : { country }),
  };
}
