import type { Reply } from '../platform.ts';
import { pageOf } from './lists.ts';
import { embedded, linker, ownerReply, serviceReply } from './replies.ts';
import { type Called, halReply, idOf, param, refused, serviceOf } from './world.ts';

/** `GET /services`, and its search by status. */
export function listServices(called: Called): Reply {
  const { world, asked } = called;
  const wanted = param(called, 'status')?.split(',');
  const all = (world.behaviour.services ?? []).filter((service) => !wanted || wanted.includes(service.status));
  const { items, page } = pageOf(called, all);
  const rows = items.map((service) => serviceReply(world, asked, service, 'short'));
  return halReply({ ...embedded('services', rows), _links: { self: linker(world, asked).plain('/services') }, page });
}

export function describeService(called: Called): Reply {
  const service = serviceOf(called.world, idOf(called.asked.params.serviceId));
  if (!service) return refused(called, 404, 'Not found');
  return halReply(serviceReply(called.world, called.asked, service, 'whole'));
}

export function currentUser(called: Called): Reply {
  return halReply(ownerReply(called.world, called.asked, called.caller));
}
