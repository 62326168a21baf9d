/** The driver's own client by itself: the package's index goes for libpq where NODE_PG_FORCE_NATIVE says so, and fails without it. */
declare module 'pg/lib/client.js' {
  export { Client as default } from 'pg'
}
