// Lets a test import the workbench's modules: in the page /kit/ is a folder of the server, here it is analysis/web.
import { register } from 'node:module';

const KIT = new URL('../../analysis/web/', import.meta.url).href;
register(`data:text/javascript,${encodeURIComponent(`export const resolve = (specifier, context, next) => next(
  specifier.startsWith('/kit/') ? ${JSON.stringify(KIT)} + specifier.slice(5) : specifier, context);`)}`);
