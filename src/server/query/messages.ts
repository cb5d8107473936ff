/** Requests and small answers as messages; large answers are encoded from columns elsewhere. */

import {
  create,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type MessageInitShape,
  type MessageShape,
  toBinary,
  toJsonString,
} from '@bufbuild/protobuf';
import type { Codec, RpcCall } from '../rpc/rpc.ts';
import { RpcError } from '../rpc/rpc-error.ts';

/** Unknown fields and enum names are skipped, as the contract requires. @throws RpcError for an invalid message */
export function readMessage<Desc extends DescMessage>(
  schema: Desc,
  { codec, message }: Pick<RpcCall, 'codec' | 'message'>,
): MessageShape<Desc> {
  if (codec === 'json' && message.length === 0)
    throw new RpcError('invalid_argument', 'The body is empty: send {} for a message without fields.');
  try {
    if (codec === 'proto') return fromBinary(schema, message);
    const json = JSON.parse(new TextDecoder().decode(message)) as JsonValue;
    return fromJson(schema, json, { ignoreUnknownFields: true });
  } catch (error) {
    // Both decoders throw plain errors, and only for invalid input.
    const reason = error instanceof Error ? error.message : String(error);
    throw new RpcError('invalid_argument', `The body is not a valid ${schema.typeName}: ${reason}`, { cause: error });
  }
}

export function writeMessage<Desc extends DescMessage>(
  schema: Desc,
  codec: Codec,
  values: MessageInitShape<Desc>,
): Uint8Array {
  const message = create(schema, values);
  return codec === 'proto' ? toBinary(schema, message) : new TextEncoder().encode(toJsonString(schema, message));
}
