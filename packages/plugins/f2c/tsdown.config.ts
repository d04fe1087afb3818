import { packageBuild } from '../../../scripts/tsdown.ts';

export default packageBuild(import.meta.dirname);
