// What the report needs of Vega: views, and the transforms that compiled Vega-Lite charts use. Maps, forces,
// hierarchies, word clouds and cross-filters stay out, which halves the size. The interpreter evaluates expressions
// without `eval`, so that the page works under its own strict content security policy.
import { transforms } from 'vega-dataflow';
import * as encode from 'vega-encode';
import { expressionInterpreter } from 'vega-interpreter';
import { parse } from 'vega-parser';
import * as data from 'vega-transforms';
import { extend } from 'vega-util';
import { View } from 'vega-view';
import * as view from 'vega-view-transforms';

extend(transforms, data, view, encode);

globalThis.vega = { View, expressionInterpreter, parse };
