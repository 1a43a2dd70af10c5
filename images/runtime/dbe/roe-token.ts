/** ROE_TOKEN_ID that strategic messages to a device carry: 0x8000 + 3 × device. */
export const roeTokenOf = (device: number): number => 0x8000 + 3 * device;
