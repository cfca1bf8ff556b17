/** A process that migrates the database at the url it is given, and prints the files it applied as JSON. */
import { migrate } from '../../src/store/migrate.ts';

const [url = '', folder = ''] = process.argv.slice(2);
console.log(JSON.stringify(await migrate({ url, folder })));
