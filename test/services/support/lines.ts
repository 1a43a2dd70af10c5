/** Real-looking lines of all formats, `count` of them, every `malformedEvery`th malformed (0: none). */
export function mixedLines(count: number, malformedEvery = 0): string[] {
  return Array.from({ length: count }, (_, index) => {
    if (malformedEvery > 0 && index % malformedEvery === 0)
      return `{"timestamp": "2025-11-23T12:00:00", broken ${index}`;
    return KINDS[index % KINDS.length]?.(index) ?? "";
  });
}

const ip = (index: number): string => `203.0.113.${index % 250}`;

const KINDS: readonly ((index: number) => string)[] = [
  (i) =>
    `{"timestamp":"2025-11-23T12:34:56.123456+0000","flow_id":${100000 + i},"in_iface":"eth0","event_type":"alert","src_ip":"${ip(i)}","src_port":44321,"dest_ip":"10.0.0.5","dest_port":443,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2019284,"rev":3,"signature":"ET MALWARE Cobalt Strike Beacon","category":"Malware Command and Control Activity Detected","severity":1}}`,
  (i) =>
    `Nov 23 12:34:56 web-1 sshd[${1000 + i}]: Failed password for invalid user oracle from ${ip(i)} port 51234 ssh2`,
  (i) => `<34>1 2025-11-23T12:34:56.003Z fw-1 kernel - - - dropped packet ${i} from ${ip(i)}`,
  (i) =>
    `<38>Nov 23 12:34:56 bastion sshd[${i}]: Accepted publickey for deploy from 10.1.2.3 port 50022 ssh2: ED25519 SHA256:x`,
  (i) =>
    `{"timestamp":"2025-11-23T12:34:57.000000+0100","event_type":"dns","src_ip":"10.0.0.9","src_port":5353,"dest_ip":"10.0.0.2","dest_port":53,"proto":"UDP","dns":{"type":"query","id":${i},"rrname":"example.org","rrtype":"A"}}`,
];
